"""Password reset: the proofs that the policies require, the new password, and what follows."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from adapter.mfa.policy import HARDWARE_TOKEN
from idp.directory.nt_hash import nt_hash

TABLE = Path(__file__).parents[1] / "adapter" / "data" / "experience-table.csv"
ROWS = [
    row
    for row in csv.DictReader(TABLE.read_text("utf-8").splitlines())
    if row["scenario"] == "sspr"
]
NEW = "Nothing-Known-7"
ONE_METHOD = {"legacyResetPolicy.numberOfMethodsRequired": 1}
POLICIES = {
    "legacy": {"policyMigrationState": "preMigration"},
    "methods": {
        "policyMigrationState": "migrationInProgress",
        "legacyResetPolicy.mobileAppNotification": False,
    },
}


@pytest.fixture
def user(federation):
    """A user with a phone and another app's codes: two methods."""
    return federation.add_user(totp=True)


def test_two_methods_let_the_user_choose_a_new_password(federation, user, sp):
    reset = federation.reset(user)
    reset.approve()
    assert not reset.is_proved
    reset.enter_code()
    assert reset.is_proved
    reset.set_password(NEW)
    assert reset.is_done

    sign_in = federation.sign_in(sp.url(), user, NEW)
    user.phone.approve(number=sign_in.number)
    assert sign_in.finish().name_id is not None
    assert federation.sign_in(sp.url(), user).error


@pytest.mark.each_database
def test_a_wanted_nt_hash_is_that_of_the_new_password(federation, user):
    federation.services.nt_hashes.want(user.name, "administrator", federation.services.clock.now())
    directory = federation.services.directory
    assert directory.check_password(user.name, user.password).user
    reset = federation.reset(user)
    reset.approve()
    reset.enter_code()

    reset.set_password(NEW)

    for password, found in ((user.password, None), (NEW, nt_hash(NEW))):
        judged = directory.check_nt_hash(user.name, lambda each, of=password: each == nt_hash(of))
        assert judged[1] == found
    assert federation.services.nt_hashes.kept()[user.name].is_kept


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(filter(None, row.values())))
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "second"])
def test_each_row_of_the_table_about_resets_is_lived_through(row, is_first, federation):
    """The first proof of a stranger shows no reason; the second one does, and the log always."""
    federation.set_build("20348.1")  # AD FS would show Approve and Deny
    user = federation.add_user(phone=row["device"], totp=True)
    federation.policy(POLICIES[row["push_policy"]])
    reset = federation.reset(user)
    if not is_first:
        reset.enter_code()

    reset.send_request()

    is_number_due = row["expected"] == "number_match"
    assert (reset.number is not None) == (is_number_due or is_first)
    assert len(user.phone.pending()) == is_number_due
    if is_number_due:
        user.phone.approve(number=reset.number)
    else:
        assert bool(reset.error) == (not is_first)
        federation.clock.advance(60)
    if is_first or is_number_due:
        reset.poll()
    assert reset.is_proved == (is_number_due and not is_first)
    last = federation.log[-1]
    assert (last.experience, last.reason) == (row["expected"], row["reason"])


def test_the_request_names_the_reset_on_the_phone(federation, user):
    federation.reset(user).send_request()

    assert [each.sent["application"] for each in user.phone.pending()] == ["Password reset"]


def test_where_one_method_is_required_a_code_is_enough_and_push_is_not_offered(federation, user):
    federation.policy(ONE_METHOD)
    reset = federation.reset(user)
    assert "sendRequest" not in reset.page.ids()

    reset.post(TryAgain="1")
    assert user.phone.pending() == ()
    reset.enter_code()

    assert reset.is_proved


def test_once_migrated_push_alone_is_enough_where_one_method_is_required(federation, user):
    federation.policy({**ONE_METHOD, "policyMigrationState": "migrationComplete"})
    reset = federation.reset(user)

    reset.approve()

    assert reset.is_proved


def test_members_of_an_administrator_group_need_two_methods(federation, served):
    served(
        sign_in=federation.services.config.sign_in.model_copy(
            update={"administrator_groups": ("Admins",)}
        )
    )
    administrator = federation.add_user(totp=True, groups=("admins",))
    federation.policy(ONE_METHOD)
    reset = federation.reset(administrator)

    reset.enter_code()
    assert not reset.is_proved
    reset.approve()

    assert reset.is_proved


def test_push_and_codes_of_the_authenticator_count_as_one_method(federation):
    user = federation.add_user(totp=True)
    codes = federation.services.mfa.codes
    codes.register(user.name, user.totp_secret, app="authenticator_code")
    token = pyotp.random_base32()
    codes.add(user.name, token, app=HARDWARE_TOKEN)
    reset = federation.reset(user)
    reset.approve()

    reset.enter_code()
    assert not reset.is_proved
    assert reset.error

    at = federation.clock.now()
    reset.enter_code(str(pyotp.TOTP(token).at(at)))
    assert reset.is_proved


def test_the_same_method_twice_is_one(federation, user):
    reset = federation.reset(user)
    reset.enter_code()

    reset.enter_code(user.code(1))
    assert not reset.is_proved
    federation.services.mfa.push.unlock(user.name)
    reset.approve()

    assert reset.is_proved


@pytest.mark.parametrize(
    ("new", "confirmed", "said"),
    [
        ("Short-1", "Short-1", "8 to 256"),
        ("A1" * 129, "A1" * 129, "8 to 256"),
        ("onlysmall", "onlysmall", "three kinds"),
        ("Nothing-Known-7", "Nothing-Known-8", "different"),
        ("Xx-Archer-2031", "Xx-Archer-2031", "your name"),
        ("Summer2031!", "Summer2031!", "Too many people"),
        ("", "", "8 to 256"),
    ],
)
def test_a_bad_new_password_is_refused_and_the_next_one_is_taken(new, confirmed, said, federation):
    user = federation.add_user(totp=True, display_name="Alice Archer")
    reset = federation.reset(user)
    reset.approve()
    reset.enter_code()

    reset.set_password(new, confirmed)
    assert said in reset.error
    assert not reset.is_done

    reset.set_password(NEW)
    assert reset.is_done


def test_the_last_password_may_be_chosen_again(federation):
    user = federation.add_user(password=NEW, totp=True)
    reset = federation.reset(user)
    reset.approve()
    reset.enter_code()

    reset.set_password(NEW)

    assert reset.is_done


def test_all_sessions_end_and_the_lock_out_is_cleared(federation, user, easy):
    browser = federation.browser()
    federation.sign_in(easy.url(), user, browser=browser).finish()
    for _ in range(10):
        federation.sign_in(easy.url(), user, "wrong")
    assert federation.services.directory.lockouts(user.name)
    reset = federation.reset(user)
    reset.approve()
    reset.enter_code()

    reset.set_password(NEW)

    assert federation.services.directory.lockouts(user.name) == {}
    assert "userNameInput" in browser.get(easy.url()).ids()
    assert federation.sign_in(easy.url(), user, NEW).finish().name_id is not None


def test_the_user_is_told_on_the_phone_and_by_mail(federation, user):
    reset = federation.reset(user)
    reset.approve()
    reset.enter_code()
    reset.set_password(NEW)

    assert any("password was set" in notice.text for notice in user.phone.notices())
    mails = []
    federation.clock.advance(600)
    outbox, now = federation.services.outbox, federation.clock.now()
    while (mail := outbox.claim(now)) is not None:
        mails += [(mail.user, each.code) for each in mail.occasions]
        outbox.remove(mail)
    assert (user.name, "password_reset") in mails


def test_a_user_who_must_change_the_password_need_not_after_a_reset(federation, user, easy):
    federation.services.directory.set_password(user.name, "given by admin", must_change=True)
    reset = federation.reset(user)
    reset.approve()
    reset.enter_code()
    reset.set_password(NEW)

    assert federation.sign_in(easy.url(), user, NEW).finish().name_id is not None


def test_the_log_has_each_step_and_nothing_secret(federation, user):
    reset = federation.reset(user)
    reset.approve()
    code = user.code()
    reset.enter_code("000000" if code != "000000" else "111111")
    reset.enter_code(code)
    reset.set_password(NEW)

    rows = [row for row in federation.log if row.detail == "password reset"]
    assert [(row.event_id, row.outcome) for row in rows] == [
        (1205, "reset_begun"),
        (1202, "approved"),
        (1203, "wrong_code"),
        (1202, "right_code"),
        (1204, "password_reset"),
    ]
    assert {row.user for row in rows} == {user.name}
    told = repr(rows)
    assert all(secret not in told for secret in (NEW, code, user.totp_secret))


def test_a_reset_ends_after_fifteen_minutes(federation, user):
    reset = federation.reset(user)
    reset.enter_code()
    federation.clock.advance(timedelta(minutes=15).total_seconds())

    page = reset.post(UseCode="1")

    assert page.text("errorCode") == "csrf"


def test_the_pages_are_off_unless_they_are_switched_on(federation, served):
    served(sign_in=type(federation.services.config.sign_in)(idp_initiated=True))
    browser = federation.browser()

    page = browser.get(f"{federation.url}/account/reset/")
    assert (page.status, page.text("errorCode")) == (404, "reset_off")
    log_in = browser.get(f"{federation.url}/adfs/ls/idpinitiatedsignon.aspx")
    assert "/account/reset/" not in log_in.html


def test_the_log_in_page_leads_to_the_reset(federation):
    page = federation.browser().get(f"{federation.url}/adfs/ls/idpinitiatedsignon.aspx")

    assert page.link("resetLink") == f"{federation.url}/account/reset/"
