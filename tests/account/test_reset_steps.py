"""Attacks on the steps of a password reset: detours, replays, races, and too many tries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from idp.directory import PasswordHasher
from idp.mfa.password_reset import FAILURES, MAX_BEGUN
from idp.store.users import SqlUserStore

NEW = "Nothing-Known-7"
PASSWORD = {"NewPassword": NEW, "ConfirmNewPassword": NEW}


@pytest.fixture
def user(federation):
    return federation.add_user(totp=True)


@pytest.fixture
def proved(federation, user):
    """A reset that only lacks the new password."""
    reset = federation.reset(user)
    reset.approve()
    reset.enter_code()
    return reset


@pytest.fixture
def can_sign_in(federation, easy):
    """Say whether a password signs the user in."""

    def can(user, password: str) -> bool:
        return federation.sign_in(easy.url(), user, password).is_finished

    return can


def test_a_new_password_before_the_proofs_is_not_taken(federation, user, can_sign_in):
    reset = federation.reset(user)
    for step in (lambda: None, reset.send_request, reset.enter_code):
        step()
        reset.post(**PASSWORD)
        assert not reset.is_done
        assert not reset.is_proved

    assert can_sign_in(user, user.password)


@pytest.mark.parametrize("fields", [{}, {"VerificationCode": ""}, {"UseCode": "1"}, {"Poll": "1"}])
def test_empty_posts_and_detours_prove_nothing(fields, federation, user):
    reset = federation.reset(user)
    reset.enter_code()

    for _ in range(3):
        reset.post(**fields)

    assert not reset.is_proved


def test_a_page_of_an_earlier_step_changes_nothing_and_shows_the_present_one(federation, user):
    reset = federation.reset(user)
    reset.post(UseCode="1")
    earlier, code = reset.page.form, user.code()
    reset.enter_code(code)

    page = reset.browser.submit(earlier, VerificationCode=user.code(1))

    assert page.text("instructions") == reset.page.text("instructions")
    assert "newPasswordInput" not in page.ids()


def test_the_page_of_the_new_password_sets_it_once(proved, user, can_sign_in):
    form = proved.page.form
    proved.set_password(NEW)
    assert proved.is_done

    other = {"NewPassword": "Another-One-8", "ConfirmNewPassword": "Another-One-8"}
    proved.browser.submit(form, **other)

    assert can_sign_in(user, NEW)
    assert not can_sign_in(user, "Another-One-8")


def test_the_form_of_one_reset_is_worth_nothing_in_the_browser_of_another(
    federation, proved, can_sign_in
):
    mine = federation.add_user(totp=True)
    reset = federation.reset(mine)

    page = reset.browser.submit(proved.page.form, **PASSWORD)

    assert (page.status, page.text("errorCode")) == (403, "csrf")
    assert not can_sign_in(mine, NEW)
    assert not can_sign_in(proved.user, NEW)


@pytest.mark.parametrize("path", ["/account/reset/step", "/account/reset/"])
@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_of_another_site_is_refused(path, headers, federation, proved, can_sign_in):
    address = federation.url + path
    data = {**proved.page.form.fields, **PASSWORD, "UserName": proved.user.name}

    answer = proved.browser.session.post(address, data=data, headers=headers)

    assert answer.status_code == 403
    assert not can_sign_in(proved.user, NEW)


@pytest.mark.parametrize("csrf", ["", "x", "1.AAAA"])
def test_a_form_without_its_token_is_refused(csrf, proved, can_sign_in):
    page = proved.browser.submit(proved.page.form, csrf=csrf, **PASSWORD)

    assert (page.status, page.text("errorCode")) == (403, "csrf")
    assert not can_sign_in(proved.user, NEW)


def test_a_session_cookie_or_other_sealed_value_is_no_handle(federation, user, easy):
    browser = federation.browser()
    federation.sign_in(easy.url(), user, browser=browser).finish()
    (session,) = [each for each in browser.session.cookies if each.name == "MSISAuth"]
    browser.session.cookies.set("tallystick_reset", session.value)

    page = browser.get(f"{federation.url}/account/reset/step")

    assert urlsplit(page.url).path == "/account/reset/"


def test_get_and_head_change_nothing(federation, proved, can_sign_in):
    query = "&".join(f"{name}={value}" for name, value in PASSWORD.items())
    for path in ("/account/reset/step", "/account/reset/"):
        address = f"{federation.url}{path}?{query}&UserName={proved.user.name}"
        assert proved.browser.session.head(address).status_code == 200
        assert proved.browser.session.get(address).status_code == 200

    assert not can_sign_in(proved.user, NEW)
    proved.page = proved.browser.get(f"{federation.url}/account/reset/step")
    assert proved.is_proved


def test_of_fifty_last_steps_at_once_one_works(federation, proved):
    form, session = proved.page.form, proved.browser.session
    passwords = [f"Nothing-Known-{number}" for number in range(50)]

    def post(password: str) -> int:
        data = {**form.fields, "NewPassword": password, "ConfirmNewPassword": password}
        return session.post(form.action, data=data).status_code

    with ThreadPoolExecutor(10) as threads:
        statuses = list(threads.map(post, passwords))

    assert set(statuses) == {200}
    stored = SqlUserStore(federation.services.database).credentials(proved.user.name)
    hasher = PasswordHasher(memory_kib=8, passes=1)
    assert sum(hasher.matches(stored.password_hash, each) for each in passwords) == 1


def test_of_fifty_right_codes_at_once_one_counts(federation, user):
    reset = federation.reset(user)
    reset.post(UseCode="1")
    form, session, code = reset.page.form, reset.browser.session, user.code()

    def post(_: int) -> int:
        data = {**form.fields, "VerificationCode": code}
        return session.post(form.action, data=data).status_code

    with ThreadPoolExecutor(10) as threads:
        assert set(threads.map(post, range(50))) == {200}

    proofs = [row.outcome for row in federation.log if row.event_id in (1202, 1203)]
    assert proofs == ["right_code"]


def test_the_other_resets_of_the_user_die(federation, user, proved):
    other = federation.reset(user)
    other.post(UseCode="1")
    other.enter_code(user.code(1))
    proved.set_password(NEW)
    assert proved.is_done

    page = other.post(TryAgain="1")

    assert page.text("errorCode") == "reset_ended"


@pytest.mark.parametrize("change", ["disabled", "password", "scope", "removed"])
def test_a_reset_ends_when_the_user_is_changed_meanwhile(
    change, federation, user, proved, can_sign_in
):
    directory = federation.services.directory
    changes = {
        "disabled": lambda: directory.disable(user.name),
        "password": lambda: directory.set_password(user.name, "by-administrator"),
        "scope": lambda: federation.policy({"legacyResetPolicy.includeTargets": "Staff"}),
        "removed": lambda: directory.remove(user.name),
    }
    changes[change]()

    page = proved.set_password(NEW)

    assert page.text("errorCode") == "reset_ended"
    assert not can_sign_in(user, NEW)


def test_five_failures_lock_the_resets_of_the_account_for_a_day(federation, user):
    reset = federation.reset(user)
    for number in range(FAILURES.tries):
        reset.enter_code(f"00000{number}")
    reset.enter_code()
    assert "not right" in reset.error

    again = federation.reset(user)
    again.enter_code(user.code(1))
    assert "not right" in again.error
    assert federation.log[-1].outcome in ("reset_locked", "wrong_code")
    assert "reset_locked" in {row.reason for row in federation.log}

    federation.clock.advance(FAILURES.window.total_seconds())
    later = federation.reset(user)
    later.enter_code()
    assert not later.error


def test_failures_count_for_all_nodes_together(federation, user, elsewhere):
    reset = federation.reset(user)
    reset.post(UseCode="1")
    for number in range(FAILURES.tries):
        other = elsewhere("srv2022", reset.browser)
        other.post(reset.page, VerificationCode=f"00000{number}")
        reset.page = reset.browser.get(f"{federation.url}/account/reset/step")

    reset.enter_code()

    assert "not right" in reset.error


def test_unanswered_requests_count_and_approved_ones_do_not(federation, user):
    resets = federation.services.resets
    reset = federation.reset(user)
    for _ in range(FAILURES.tries - 1):
        federation.clock.advance(300)
        reset = federation.reset(user)
        reset.send_request()
    assert not resets.is_locked(user.name, federation.clock.now())

    federation.clock.advance(300)
    reset.browser.get(f"{federation.url}/account/reset/step")
    reset = federation.reset(user)
    reset.approve()

    assert not resets.is_locked(user.name, federation.clock.now())


def test_the_lock_is_asked_again_before_the_password_is_set(federation, user, proved, can_sign_in):
    attacker = federation.reset(user)
    for number in range(FAILURES.tries):
        attacker.enter_code(f"00000{number}")

    page = proved.set_password(NEW)

    assert page.text("errorCode") == "reset_ended"
    assert not can_sign_in(user, NEW)


def test_one_client_begins_twenty_resets_an_hour(federation):
    browser = federation.browser(extranet="2001:db8::1")
    for number in range(MAX_BEGUN):
        federation.reset(f"nobody{number}@example.test", browser=browser)

    neighbour = federation.browser(extranet="2001:db8::2")
    page = federation.reset("nobody@example.test", browser=neighbour).page
    assert (page.status, page.text("errorCode")) == (429, "too_many_resets")
    elsewhere = federation.browser(extranet="2001:db8:0:1::1")
    assert federation.reset("nobody@example.test", browser=elsewhere).page.status == 200
    federation.clock.advance(3600)
    assert federation.reset("nobody@example.test", browser=browser).page.status == 200
