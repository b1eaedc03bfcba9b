"""Passkeys over the real store: registered, used, refused and removed."""

from __future__ import annotations

import pytest
from support.adapters.mfa_node import ORIGIN
from support.passkeys import USER_PRESENT, SoftwareAuthenticator
from support.users import ALICE, BOB

from adapter.mfa.methods import CannotBeDefault, RegisteredMethod
from adapter.mfa.passkeys.limits import (
    AUTHENTICATION_LIFETIME,
    REGISTRATION_LIFETIME,
)
from adapter.mfa.passkeys.passkey import Passkey, PasskeyRefused
from adapter.mfa.service import UnknownMethod

ELSEWHERE = "https://sts.example.test.attacker.test"


@pytest.fixture
def browser() -> SoftwareAuthenticator:
    return SoftwareAuthenticator(ORIGIN)


def sign_in(mfa, browser, **wrong) -> Passkey:
    """Sign in on a page of its own, without a user name."""
    options = mfa.passkeys.authentication_options(attempt="page")
    return mfa.passkeys.authenticate(browser.get(options, **wrong), attempt="page")


def code_of(call, *arguments, **options) -> str:
    with pytest.raises(PasskeyRefused) as refused:
        call(*arguments, **options)
    return refused.value.code


def test_a_passkey_is_registered_signs_in_without_a_user_name_and_says_when_it_was_used(
    mfa, browser
):
    made = mfa.give_passkey(browser, name=" My laptop ")
    mfa.clock.advance(minutes=1)

    assert sign_in(mfa, browser).user == ALICE
    (method,) = mfa.service.methods_of(ALICE).registered
    assert method == RegisteredMethod(
        made.id,
        "passkey",
        "My laptop",
        created=made.created_at,
        last_used=mfa.clock.now(),
        details={"synced": False},
    )
    assert (made.transports, made.is_synced) == (("internal", "hybrid"), False)


def test_a_key_that_is_synced_counts_nothing_and_signs_in_again_and_again(mfa):
    browser = SoftwareAuthenticator(ORIGIN, counts=False)
    mfa.give_passkey(browser)

    for _ in range(3):
        assert sign_in(mfa, browser).sign_count == 0
    assert mfa.service.methods_of(ALICE).registered[0].details == {"synced": True}


def test_the_browser_is_asked_for_a_key_that_can_sign_in_alone(mfa, browser):
    first = mfa.give_passkey(browser)
    made = mfa.passkeys.registration_options(ALICE, display_name="Alice Archer", attempt="page")
    used = mfa.passkeys.authentication_options(attempt="page")
    named = mfa.passkeys.authentication_options(ALICE, attempt="page")

    assert made["rp"]["id"] == used["rpId"] == "sts.example.test"
    assert made["user"]["name"] == ALICE
    assert made["user"]["displayName"] == "Alice Archer"
    assert made["attestation"] == "none"
    assert made["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert used["userVerification"] == named["userVerification"] == "required"
    assert used["allowCredentials"] == []
    (excluded,), (allowed,) = made["excludeCredentials"], named["allowCredentials"]
    assert excluded == allowed
    assert excluded["transports"] == list(first.transports)


def test_the_handle_of_a_user_is_always_the_same_and_does_not_tell_the_name(mfa):
    handles = [
        mfa.passkeys.registration_options(user, attempt=user)["user"]["id"]
        for user in (ALICE, ALICE, BOB)
    ]

    assert handles[0] == handles[1] != handles[2]


def test_a_signature_by_another_key_signs_nobody_in(mfa, browser):
    mfa.give_passkey(browser)
    mfa.give_passkey(SoftwareAuthenticator(ORIGIN), BOB)
    mine = browser.credentials[0]
    theirs = SoftwareAuthenticator(ORIGIN)
    mfa.give_passkey(theirs, BOB)
    theirs.credentials[0].id = mine.id

    assert code_of(sign_in, mfa, theirs, handle=mine.handle) == "passkey_invalid"


def test_the_passkey_of_somebody_else_does_not_prove_a_named_user(mfa, browser):
    mfa.give_passkey(browser, BOB)
    options = mfa.passkeys.authentication_options(ALICE, attempt="page")
    answer = browser.get(options)

    refused = code_of(mfa.passkeys.authenticate, answer, ALICE, attempt="page")
    assert refused == "passkey_unknown"


def test_a_passkey_that_was_asked_for_by_its_name_need_not_say_whose_it_is(mfa, browser):
    mfa.give_passkey(browser)
    options = mfa.passkeys.authentication_options(ALICE, attempt="page")
    answer = browser.get(options, handle=None)

    assert mfa.passkeys.authenticate(answer, ALICE, attempt="page").user == ALICE


def test_a_challenge_is_worth_nothing_for_anything_but_what_it_was_made_for(mfa, browser):
    mfa.give_passkey(browser)
    passkeys = mfa.passkeys
    challenges = {
        "registration": passkeys.registration_options(ALICE, attempt="page"),
        "of Bob": passkeys.authentication_options(BOB, attempt="page"),
        "of Alice": passkeys.authentication_options(ALICE, attempt="page"),
        "another page": passkeys.authentication_options(attempt="another page"),
        "cut": {"challenge": passkeys.authentication_options(attempt="page")["challenge"][:40]},
        "of the browser's own": {"challenge": "AAAA"},
        "none": {"challenge": ""},
    }

    for options in challenges.values():
        answer = browser.get(options)
        assert code_of(passkeys.authenticate, answer, attempt="page") == "passkey_expired"
    for name in ("of Alice", "another page"):
        made = passkeys.registration_options(ALICE, attempt="page")
        answer = browser.create({**made, "challenge": challenges[name]["challenge"]})
        assert code_of(passkeys.register, ALICE, answer, attempt="page") == "passkey_expired"
    answer = browser.create(passkeys.registration_options(BOB, attempt="page"))
    assert code_of(passkeys.register, ALICE, answer, attempt="page") == "passkey_expired"


def test_a_challenge_of_another_farm_is_worth_nothing(mfa, browser):
    mfa.give_passkey(browser)
    options = mfa.passkeys.authentication_options(attempt="page")
    mfa.passkeys._key = bytes(32)

    assert code_of(mfa.passkeys.authenticate, browser.get(options), attempt="page") == (
        "passkey_expired"
    )


def test_a_challenge_works_until_it_expires(mfa, browser):
    made = mfa.passkeys.registration_options(ALICE, attempt="page")
    mfa.clock.time += REGISTRATION_LIFETIME
    late = browser.create(made)
    assert code_of(mfa.passkeys.register, ALICE, late, attempt="page") == "passkey_expired"

    mfa.give_passkey(browser)
    used = mfa.passkeys.authentication_options(attempt="page")
    mfa.clock.time += AUTHENTICATION_LIFETIME
    late = browser.get(used)
    assert code_of(mfa.passkeys.authenticate, late, attempt="page") == "passkey_expired"


def test_a_copy_of_a_key_that_counts_backwards_signs_nobody_in(mfa, browser):
    mfa.give_passkey(browser)
    sign_in(mfa, browser, count=7)

    for count in (7, 6, 0):
        assert code_of(sign_in, mfa, browser, count=count) == "passkey_copied"
    assert sign_in(mfa, browser, count=8).user == ALICE


def test_a_removed_passkey_signs_nobody_in_and_nobody_else_removes_it(mfa, browser):
    made = mfa.give_passkey(browser)
    with pytest.raises(UnknownMethod):
        mfa.service.remove(BOB, made.id)
    assert sign_in(mfa, browser).user == ALICE
    answer = browser.get(mfa.passkeys.authentication_options(attempt="page"))

    mfa.service.remove(ALICE, made.id)

    assert code_of(mfa.passkeys.authenticate, answer, attempt="page") == "passkey_unknown"
    assert code_of(sign_in, mfa, browser) == "passkey_unknown"
    assert mfa.service.methods_of(ALICE).registered == ()


def test_a_passkey_removed_while_its_answer_is_checked_signs_nobody_in(mfa, browser, monkeypatch):
    made = mfa.give_passkey(browser)
    answer = browser.get(mfa.passkeys.authentication_options(attempt="page"))
    found = mfa.stores.passkeys.by_credential(made.credential_id)
    mfa.service.remove(ALICE, made.id)
    monkeypatch.setattr(mfa.stores.passkeys, "by_credential", lambda _: found)

    assert code_of(mfa.passkeys.authenticate, answer, attempt="page") == "passkey_unknown"


def test_one_key_is_not_registered_twice_not_even_for_two_users(mfa, browser):
    first = mfa.give_passkey(browser)

    for user in (ALICE, BOB):
        again = {"credential_id": first.credential_id}
        assert code_of(mfa.give_passkey, browser, user, **again) == "passkey_exists"
    assert mfa.service.methods_of(BOB).registered == ()


def test_a_passkey_is_never_what_a_sign_in_asks_for(mfa, browser):
    made = mfa.give_passkey(browser)
    assert mfa.service.methods_of(ALICE).default is None
    nothing_else = mfa.service.way_of(ALICE)
    assert nothing_else == mfa.service.way_of(BOB), "as if nothing were registered"

    mfa.give_codes()
    assert mfa.service.way_of(ALICE).asks == "totp"
    assert mfa.service.methods_of(ALICE).default.kind == "totp"
    with pytest.raises(CannotBeDefault):
        mfa.service.choose_default(ALICE, made.id)


def test_an_answer_is_checked_before_anything_is_stored_for_it(mfa, browser, database):
    mfa.give_passkey(browser)
    before = rows(database)
    for wrong in ({"origin": ELSEWHERE}, {"handle": b"x"}, {"flags": USER_PRESENT}):
        code_of(sign_in, mfa, browser, **wrong)

    assert rows(database) == before


def rows(database) -> int:
    with database.read() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM used_once").scalar_one()


def test_a_name_is_cut_and_a_passkey_without_one_has_a_name_all_the_same(mfa):
    browsers = [SoftwareAuthenticator(ORIGIN) for _ in range(3)]
    names = [
        mfa.give_passkey(each, name=name).name
        for each, name in zip(browsers, ("x" * 65, "  ", "\0\ud800"), strict=True)
    ]

    assert names == ["x" * 64, "Passkey", "\0\ud800"]
    assert len(mfa.service.methods_of(ALICE).registered) == 3


def test_a_passkey_of_a_blocked_user_signs_nobody_in(mfa, browser):
    mfa.give_passkey(browser)
    mfa.service.protection.block(ALICE)
    assert code_of(sign_in, mfa, browser) == "user_blocked"

    mfa.service.protection.unblock(ALICE)
    assert sign_in(mfa, browser).user == ALICE
