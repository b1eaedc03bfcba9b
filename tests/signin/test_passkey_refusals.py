"""What signs nobody in with a passkey, and that every refusal looks alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from support.passkeys import USER_PRESENT
from support.sessions.passkey_sign_in import (
    answer,
    register_passkey,
    sign_in_by_passkey,
)

from adapter.mfa.passkeys.limits import AUTHENTICATION_LIFETIME
from adapter.mfa.policy import PasskeyConfiguration, Policies, Target
from idp.signin.pages import MUST_USE_PASSWORD, PASSKEY_REFUSED

LOG_IN = "Sign In"


@pytest.fixture
def device(federation):
    return register_passkey(federation)


@pytest.fixture
def enter(federation, sp, device):
    """Sign in with the passkey, in a new browser or in one that is there."""

    def enter(url="", *, browser=None, **wrong):
        browser = browser or federation.browser()
        page = sign_in_by_passkey(browser, url or sp.url(), device, **wrong)
        return federation.resume(browser, page)

    return enter


@pytest.fixture
def outcomes(federation):
    """Return the outcomes in the log."""
    return lambda: [row.outcome for row in federation.log]


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://sts.attacker.test"},
        {"rp_id": "attacker.test"},
        {"flags": USER_PRESENT},
        {"challenge": "AAAA"},
        {"handle": b"somebody else"},
    ],
    ids=str,
)
def test_a_wrong_answer_shows_the_page_again(wrong, federation, sp, enter, outcomes):
    sign_in = enter(**wrong)

    assert (sign_in.page.status, sign_in.page.title) == (200, LOG_IN)
    assert sign_in.error == PASSKEY_REFUSED
    code = "passkey_expired" if "challenge" in wrong else "passkey_invalid"
    (row,) = federation.log
    assert (row.event_id, row.user, row.experience, row.outcome) == (1203, "", "passkey", code)
    assert enter(browser=sign_in.browser).is_finished


@pytest.mark.parametrize("text", ["", "{}", "null", "x" * 20_000, "\0", '{"response": 1}'])
def test_whatever_is_posted_as_a_passkey_shows_the_page_again(text, federation, sp):
    browser = federation.browser()
    form = browser.get(sp.url()).form

    page = browser.submit(form, Passkey=text)
    assert (page.status, page.error) == (200, PASSKEY_REFUSED)


def test_an_answer_is_taken_once_by_whichever_browser_is_first(federation, sp, outcomes):
    device = register_passkey(federation, counts=False)
    page = federation.browser().get(sp.url())
    fields = answer(page, device)
    browsers = [federation.browser() for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda each: each.post(page.form.action, fields), browsers))

    assert sum("SAMLResponse" in each.html for each in pages) == 1
    assert [each.error for each in pages].count(PASSKEY_REFUSED) == 7
    assert outcomes().count("passkey_used") == 7


def test_the_answer_to_a_page_that_is_too_old_is_refused(federation, sp, device):
    browser = federation.browser()
    page = browser.get(sp.url())
    fields = answer(page, device)
    federation.clock.advance(AUTHENTICATION_LIFETIME.total_seconds())

    assert "hiddenform" not in browser.post(page.form.action, fields).html
    assert [row.event_id for row in federation.log if row.event_id == 1200] == []


def test_a_disabled_user_gets_nothing(federation, enter, outcomes):
    federation.services.directory.disable(federation.user.name)

    assert enter().error == PASSKEY_REFUSED
    assert outcomes() == ["disabled"]


def test_a_locked_user_gets_nothing_and_a_passkey_unlocks_nobody(federation, sp, enter, outcomes):
    browser, user = federation.browser(), federation.user
    for _ in range(10):
        form = browser.get(sp.url()).form
        browser.submit(form, UserName=user.name, Password="wrong")

    assert enter().error == PASSKEY_REFUSED
    assert outcomes()[-1] == "locked"
    (state,) = federation.services.directory.lockouts(user.name).values()
    assert state.locked == ("soft",)
    federation.services.directory.unlock(user.name)
    assert enter().is_finished


def test_a_passkey_leaves_the_count_of_wrong_passwords(federation, sp, enter):
    browser, user = federation.browser(), federation.user
    browser.submit(browser.get(sp.url()).form, UserName=user.name, Password="wrong")

    assert enter().is_finished
    (state,) = federation.services.directory.lockouts(user.name).values()
    assert state.counters["soft"].wrong == 1


def test_a_user_who_is_blocked_from_second_factors_gets_nothing(federation, enter, outcomes):
    federation.services.mfa.protection.block(federation.user.name)

    assert enter().error == PASSKEY_REFUSED
    assert outcomes() == ["user_blocked"]


def test_a_removed_passkey_gets_nothing(federation, enter, outcomes):
    (method,) = federation.services.mfa.methods_of(federation.user.name).of_kind("passkey")
    federation.services.mfa.remove(federation.user.name, method.id)

    assert enter().error == PASSKEY_REFUSED
    assert outcomes() == ["passkey_unknown"]


def test_a_copy_of_a_key_is_refused_and_its_owner_is_in_the_log(federation, enter):
    assert enter(count=5).is_finished

    assert enter(count=5).error == PASSKEY_REFUSED
    row = federation.log[-1]
    assert (row.outcome, row.user) == ("passkey_copied", federation.user.name)


def test_a_refused_passkey_is_asked_for_again_only_if_the_user_wants_it(federation, sp, device):
    browser = federation.browser()
    page = browser.get(sp.url())
    assert "data-offered" in page.html
    (method,) = federation.services.mfa.methods_of(federation.user.name).of_kind("passkey")
    federation.services.mfa.remove(federation.user.name, method.id)

    again = browser.post(page.form.action, answer(page, device))

    assert again.error == PASSKEY_REFUSED
    assert 'id="passkeyButton"' in again.html
    assert "data-offered" not in again.html


@pytest.fixture
def switch_off(federation):
    """Switch passkeys off, for all users or for one."""

    def switch_off(*users: str):
        excluded = tuple(Target(user, "user") for user in users)
        off = PasskeyConfiguration(is_enabled=bool(users), exclude=excluded)
        federation.services.mfa.policies.replace(Policies(passkeys=off), None)

    return switch_off


def test_a_user_whose_policy_excludes_passkeys_gets_nothing(
    federation, enter, outcomes, switch_off
):
    switch_off(federation.user.name)

    assert enter().error == PASSKEY_REFUSED
    assert outcomes() == ["passkey_not_allowed"]


def test_where_passkeys_are_switched_off_none_is_offered_and_none_is_taken(
    federation, sp, device, switch_off, outcomes
):
    browser = federation.browser()
    page = browser.get(sp.url())
    switch_off()

    assert "passkey" not in browser.get(sp.url()).html
    assert browser.post(page.form.action, answer(page, device)).error == PASSKEY_REFUSED
    assert outcomes() == ["passkey_not_allowed"]


def test_while_the_policy_cannot_be_read_no_passkey_is_taken(federation, sp, device, outcomes):
    browser = federation.browser()
    page = browser.get(sp.url())
    with federation.services.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO policies VALUES ('authentication_methods', '[')")

    assert browser.post(page.form.action, answer(page, device)).error == PASSKEY_REFUSED
    assert outcomes() == ["unreadable_policy"]
    assert "passkey" not in browser.get(sp.url()).html


def test_whoever_has_to_change_the_password_is_told_so(federation, enter, outcomes):
    user = federation.user
    federation.services.directory.set_password(user.name, user.password, must_change=True)

    assert enter().error == MUST_USE_PASSWORD
    assert outcomes() == ["must_change_password"]


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://sts.attacker.test"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_an_answer_that_another_site_posts_is_refused(headers, federation, sp, device):
    browser = federation.browser()
    page = browser.get(sp.url())

    posted = browser.session.post(page.form.action, data=answer(page, device), headers=headers)
    assert posted.status_code == 403
