"""Codes: for those who have only that, or who choose another way."""

from __future__ import annotations

from support.adapters.entra_sign_in import BY_CODE, PATCHED, UNPATCHED, Page, begun, requests_sent

from adapter.contract import Explanation
from adapter.entra_mfa.page import ERRORS


def test_a_user_with_codes_alone_is_asked_for_one_whatever_the_build(mfa):
    codes = mfa.give_codes()
    for build in (PATCHED, UNPATCHED):
        sign_in = begun(mfa, build)
        assert sign_in.page.has("verificationCodeInput")
        assert sign_in.page.error == ""
        assert "TryAgain" not in sign_in.page.buttons
        assert sign_in.explained == Explanation("totp", "method_unchanged", "", "code")

    claims = sign_in.post(VerificationCode=codes.at(mfa.clock.now()))

    assert claims == BY_CODE
    assert sign_in.explained == Explanation("totp", "method_unchanged", "right_code", "code")
    assert requests_sent(mfa) == 0


def test_another_way_is_chosen_by_a_button_and_back(mfa, device):
    mfa.give_codes()
    sign_in = begun(mfa)
    assert sign_in.page.buttons["UseCode"] == "1"

    assert sign_in.post(UseCode="1").has("verificationCodeInput")
    assert sign_in.explained.experience == "totp"
    assert sign_in.explained.reason == "method_unchanged"
    assert sign_in.post().has("verificationCodeInput"), "a plain post goes on with the code"
    assert requests_sent(mfa) == 1
    page = sign_in.post(TryAgain="1")

    assert page.number == sign_in.started.number
    assert requests_sent(mfa) == 2


def test_a_code_is_not_offered_to_a_user_without_codes(adapter_sign_in):
    assert "UseCode" not in adapter_sign_in.begin().buttons
    assert not adapter_sign_in.post(UseCode="1").has("verificationCodeInput")


def test_a_code_posted_on_the_number_page_is_not_looked_at(mfa, device):
    codes = mfa.give_codes()
    sign_in = begun(mfa)

    page = sign_in.post(VerificationCode=codes.at(mfa.clock.now()), SignIn="Sign in")

    assert page.number == sign_in.started.number


def test_an_approval_is_not_collected_after_the_user_chose_to_type_a_code(mfa, device):
    mfa.give_codes()
    sign_in = begun(mfa)
    sign_in.post(UseCode="1")
    mfa.approve(device, sign_in.started)

    assert isinstance(sign_in.post(), Page)
    assert isinstance(sign_in.post(VerificationCode="000000x"), Page)


def test_a_wrong_code_is_reported_and_can_be_corrected(mfa):
    codes = mfa.give_codes()
    sign_in = begun(mfa)

    page = sign_in.post(VerificationCode="nonsense")
    assert page.error == ERRORS["wrong_code"]
    assert page.one("verificationCodeInput").get("value") is None
    assert sign_in.post(VerificationCode="nonsense").error == ERRORS["wrong_code_again"]
    assert sign_in.post(VerificationCode="").error == ERRORS["wrong_code_again"]

    assert isinstance(sign_in.post(VerificationCode=codes.at(mfa.clock.now())), tuple)


def test_a_used_code_and_a_locked_account_are_reported(mfa):
    codes = mfa.give_codes()
    code = codes.at(mfa.clock.now())
    begun(mfa).post(VerificationCode=code)

    second = begun(mfa, context_id="sign-in 2")
    assert second.post(VerificationCode=code).error == ERRORS["code_already_used"]
    for turn in range(9):
        second.post(VerificationCode=f"wrong {turn}")
    assert second.post(VerificationCode=code).error == ERRORS["codes_locked"]
    assert second.explained.outcome == "codes_locked"


def test_the_page_repeats_nothing_that_a_client_posted(mfa):
    mfa.give_codes()
    sign_in = begun(mfa)

    page = sign_in.post(VerificationCode='"><script>stolen(1)</script>', Extra="<b>bold</b>")

    assert "stolen" not in page.html
    assert "bold" not in page.html
