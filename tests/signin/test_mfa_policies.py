"""The policies at a sign-in: what is asked for, what is said where nothing is allowed, the log."""

from __future__ import annotations

import csv
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import text

from adapter.mfa.codes.hardware import NewToken

TABLE = Path(__file__).parents[1] / "adapter" / "data" / "experience-table.csv"
ROWS = [
    row
    for row in csv.DictReader(TABLE.read_text("utf-8").splitlines())
    if row["scenario"] == "adfs" and (row["push_policy"] != "methods" or row["host"] == "20348.350")
]
"""The rows of AD FS with another push policy than the usual one, and their counterparts."""

PUSH_OFF = {"MicrosoftAuthenticator.state": "disabled"}
CODES_OFF = {
    "MicrosoftAuthenticator.isSoftwareOathEnabled": False,
    "SoftwareOath.state": "disabled",
}


def ended(federation) -> tuple[str, str, str]:
    last = federation.log[-1]
    return last.experience, last.reason, last.outcome


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(filter(None, row.values())))
def test_each_row_of_the_table_about_policies_is_lived_through(row, federation, sp):
    federation.set_build(row["host"])
    user = federation.add_user(phone=row["device"], totp=row["requested_method"] == "totp")
    if row["requested_method"] == "totp":
        federation.choose_default(user, "totp")
    federation.policy(push_policy=row["push_policy"])

    sign_in = federation.sign_in(sp.url(), user)

    assert (sign_in.number is not None) == (row["expected"] == "number_match")
    if row["expected"] == "number_match":
        user.phone.approve(number=sign_in.number)
        assert sign_in.finish().name_id is not None
    elif row["expected"] == "totp":
        sign_in.enter_code(user.code())
        assert sign_in.finish().name_id is not None
    else:
        assert sign_in.error
        assert user.phone.pending() == ()
    assert federation.log[-1].experience == row["expected"]
    assert federation.log[-1].reason == row["reason"]


def test_a_user_without_push_is_asked_for_the_code_and_told_why(federation, sp):
    user = federation.add_user(totp=True)
    federation.policy(PUSH_OFF)

    sign_in = federation.sign_in(sp.url(), user)

    assert "not switched on" in sign_in.page.text("instructions")
    assert "verificationCodeInput" in sign_in.page.ids()
    assert user.phone.pending() == ()
    assert sign_in.post(TryAgain="1").error == ""
    assert user.phone.pending() == ()
    sign_in.enter_code(user.code())
    sign_in.finish()
    assert ended(federation)[:2] == ("totp", "push_not_enabled")


NOTHING_ALLOWED = {
    "push_not_enabled":  ({"totp": False}, PUSH_OFF, "Requests to the Authenticator app"),
    "code_not_enabled":  ({"totp": True, "phone": None}, CODES_OFF, "Codes are not switched on"),
    "no_method_allowed": ({"totp": True}, {**PUSH_OFF, **CODES_OFF}, "None of the methods"),
}  # fmt: skip


@pytest.mark.parametrize("reason", NOTHING_ALLOWED)
def test_a_user_without_an_allowed_method_is_told_which_and_the_log_has_the_reason(
    reason, federation, sp
):
    methods, changes, words = NOTHING_ALLOWED[reason]
    user = federation.add_user(**methods)
    federation.policy(changes)

    sign_in = federation.sign_in(sp.url(), user)

    assert words in sign_in.error
    assert "administrator" in sign_in.error
    assert ended(federation) == ("unavailable", reason, reason)
    for fields in ({}, {"UseCode": "1"}, {"TryAgain": "1"}, {"VerificationCode": "123456"}):
        assert words in sign_in.post(**fields).error
    assert not sign_in.is_finished


def test_groups_decide_user_by_user(federation, sp):
    staff = federation.add_user(groups=["Staff"])
    other = federation.add_user(groups=["Readers"])
    federation.policy({"MicrosoftAuthenticator.includeTargets": "staff"})

    assert federation.sign_in(sp.url(), staff).number
    assert federation.sign_in(sp.url(), other).error
    federation.policy({"MicrosoftAuthenticator.excludeTargets": "Staff"})
    assert federation.sign_in(sp.url(), staff).error


def test_device_based_push_sends_no_push_and_takes_codes(federation, sp):
    user = federation.add_user(totp=True)
    target = {"id": "all_users", "authenticationMode": "deviceBasedPush"}
    federation.policy({"MicrosoftAuthenticator.includeTargets": [target]})

    sign_in = federation.sign_in(sp.url(), user)
    sign_in.enter_code(user.code())

    assert sign_in.finish().name_id is not None
    assert user.phone.pending() == ()


def test_the_legacy_policy_counts_until_the_migration_is_complete(federation, sp, phone):
    federation.policy(push_policy="legacy")
    assert federation.sign_in(sp.url()).number

    federation.policy({"policyMigrationState": "migrationInProgress"})
    assert federation.sign_in(sp.url()).number

    federation.policy({"policyMigrationState": "migrationComplete"})
    sign_in = federation.sign_in(sp.url())
    assert (sign_in.number, bool(sign_in.error)) == (None, True)


def test_no_setting_switches_the_number_off(federation, sp):
    view = federation.policy(
        {"MicrosoftAuthenticator.featureSettings.numberMatchingRequiredState.state": "disabled"}
    )

    assert any("numberMatchingRequiredState has no effect" in note for note in view.notes)
    assert federation.sign_in(sp.url()).number


def test_with_a_code_as_default_nothing_changes_and_the_app_still_shows_a_number(federation, sp):
    user = federation.add_user(totp=True)
    federation.choose_default(user, "totp")

    sign_in = federation.sign_in(sp.url(), user)
    assert "verificationCodeInput" in sign_in.page.ids()
    assert user.phone.pending() == ()

    sign_in.try_again()
    assert sign_in.number
    user.phone.approve(number=sign_in.number)
    sign_in.finish()
    assert ended(federation)[:2] == ("number_match", "kb_installed")


def test_only_the_codes_of_an_allowed_app_are_right(federation, sp):
    user = federation.add_user(phone=None, totp=True)
    federation.policy({"MicrosoftAuthenticator.isSoftwareOathEnabled": False})
    sign_in = federation.sign_in(sp.url(), user)
    sign_in.enter_code(user.code())
    assert sign_in.finish().name_id is not None

    only_authenticator = {"MicrosoftAuthenticator.isSoftwareOathEnabled": True}
    federation.policy({**only_authenticator, "SoftwareOath.state": "disabled"})
    assert "Codes are not" in federation.sign_in(sp.url(), user).error


def test_what_is_switched_off_in_the_middle_is_not_taken_any_more(federation, sp):
    user = federation.add_user(totp=True)
    by_code, by_push = (federation.sign_in(sp.url(), user) for _ in range(2))
    by_code.use_code()
    federation.policy({**PUSH_OFF, **CODES_OFF})

    assert "Codes are not" in by_code.enter_code(user.code()).error
    user.phone.approve(number=by_push.number)
    assert "not switched on" in by_push.poll().error
    assert not by_push.is_finished
    assert ended(federation) == ("number_match", "kb_installed", "push_not_enabled")
    assert "not switched on" in by_push.try_again().error
    assert user.phone.pending() == ()


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, (True, True)),
        ({"displayAppInformationRequiredState.state": "disabled"}, (False, True)),
        ({"displayLocationInformationRequiredState.includeTarget": "Sales"}, (True, False)),
        ({"displayLocationInformationRequiredState.excludeTarget": "Staff"}, (True, False)),
        ({"displayAppInformationRequiredState.includeTarget": "Staff"}, (True, True)),
    ],
)
def test_a_request_shows_what_the_policy_lets_it_show(changes, shown, federation, sp):
    user = federation.add_user(groups=["Staff"])
    if changes:
        prefix = "MicrosoftAuthenticator.featureSettings."
        federation.policy({prefix + key: value for key, value in changes.items()})

    federation.sign_in(sp.url(), user)

    (request,) = user.phone.pending()
    assert (bool(request.sent["application"]), bool(request.sent["client_ip"])) == shown


def test_policies_that_cannot_be_read_let_nobody_in(federation, sp):
    federation.policy(push_policy="both")
    with federation.services.database.write() as connection:
        connection.execute(text("UPDATE policies SET value = '{'"))

    sign_in = federation.sign_in(sp.url())

    assert sign_in.page.status == 403
    assert federation.log[-1].outcome == "adapter_error"


def test_a_hardware_token_signs_in_once_it_is_activated_and_while_a_policy_allows_it(
    federation, sp
):
    user = federation.add_user(phone=None)
    codes, totp = federation.services.mfa.codes, pyotp.TOTP("A" * 32, interval=60)
    codes.add_tokens([NewToken(user.name, "G1", "A" * 32, 60)])
    (token,) = codes.tokens(user.name)
    assert federation.sign_in(sp.url(), user).error
    now = federation.clock.now()
    codes.activate_token(user.name, token.id, totp.at(now))

    sign_in = federation.sign_in(sp.url(), user)
    assert "used" in sign_in.enter_code(totp.at(now)).error  # by the activation
    sign_in.enter_code(totp.at(now, counter_offset=1))
    assert sign_in.finish().name_id is not None
    assert ended(federation)[:2] == ("totp", "method_unchanged")

    federation.policy({"HardwareOath.excludeTargets": [{"id": user.name, "targetType": "user"}]})
    assert "Codes are not" in federation.sign_in(sp.url(), user).error
    federation.policy({"legacyMfaPolicy.verificationCodeFromMobileAppOrHardwareToken": True})
    assert "verificationCodeInput" in federation.sign_in(sp.url(), user).page.ids()
    federation.policy(migration="complete")
    assert "Codes are not" in federation.sign_in(sp.url(), user).error


def test_a_code_of_the_only_app_that_is_switched_off_meanwhile_is_refused_with_the_reason(
    federation, sp
):
    """Codes of other apps and of tokens may still be allowed."""
    user = federation.add_user(phone=None, totp=True)
    sign_in = federation.sign_in(sp.url(), user)
    federation.policy({"SoftwareOath.state": "disabled"})

    assert "Codes are not" in sign_in.enter_code(user.code()).error
