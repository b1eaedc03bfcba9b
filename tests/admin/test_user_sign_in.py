"""Signing in to /admin/ as a user with both proofs, and what ends such a session."""

from __future__ import annotations

import re

import pytest
from support.servers.server_folder import BASE_URL

from idp.audit.roles import ADMINISTRATOR, AUDITOR
from idp.saml.contexts import MULTIPLE_AUTHN, PASSWORD_PROTECTED_TRANSPORT
from idp.session.cookie import SessionCookie
from idp.session.sso import Proof, start_session


def is_signed_in(browser) -> bool:
    return browser.see("/admin/keys").status_code == 200


@pytest.fixture
def prove_again(services):
    """Give both proofs again, as a sign-in at /adfs/ does: the root stays, the rest is new."""
    cookie = SessionCookie(services.config, services.sealer, services.clock)

    def prove(browser, *, second: bool = True):
        now = services.clock.now()
        session = start_session(
            browser.user,
            Proof(PASSWORD_PROTECTED_TRANSPORT, now),
            Proof(MULTIPLE_AUTHN, now) if second else None,
            previous=browser.session,
        )
        value = cookie.set_header(session).split(";")[0].split("=", 1)[1]
        browser.client.set_cookie("MSISAuth", value, domain="idp.example.test")

    return prove


def test_the_first_page_offers_the_sign_in_and_the_token(new_administrator):
    page = new_administrator().see().text

    assert 'href="/admin/sign-in"' in page
    assert 'name="token"' in page


def test_who_is_not_signed_in_is_led_to_the_log_in_page(new_administrator):
    answer = new_administrator().see("/admin/sign-in")

    assert answer.location == "/adfs/signin?own-page=/admin/sign-in"


def test_who_has_given_the_password_only_is_led_to_the_second_factor(signed_in_as):
    browser = signed_in_as(ADMINISTRATOR, second=False)

    assert browser.see("/admin/sign-in").location == "/account/verify?next=/admin/sign-in"
    assert not is_signed_in(browser)


def test_an_administrator_with_both_proofs_is_in(signed_in_as):
    browser = signed_in_as(ADMINISTRATOR)

    assert is_signed_in(browser)
    assert browser.user in browser.see("/admin/keys").text


def test_a_user_of_no_group_is_told_so(signed_in_as):
    browser = signed_in_as(None)

    answer = browser.see("/admin/sign-in")

    assert (answer.status_code, "has no role in administration" in answer.text) == (403, True)


def test_an_administrator_without_a_second_factor_is_told_what_to_do(signed_in_as, services):
    browser = signed_in_as(ADMINISTRATOR)
    services.mfa.remove_all(browser.user)

    answer = browser.see("/admin/sign-in")

    assert (answer.status_code, "you have none" in answer.text) == (403, True)
    assert "/account/" in answer.text


@pytest.mark.parametrize(
    "end",
    [
        lambda services, user: services.directory.disable(user),
        lambda services, user: services.directory.sign_out(user),
        lambda services, user: services.directory.set_password(user, "another password"),
        lambda services, user: services.directory.remove(user),
    ],
    ids=["disabled", "signed out everywhere", "new password", "removed"],
)
def test_the_session_ends_with_the_users(end, signed_in_as, services, clock):
    browser = signed_in_as(ADMINISTRATOR)
    assert is_signed_in(browser)
    clock.advance(seconds=1)

    end(services, browser.user)

    assert not is_signed_in(browser)


def test_who_leaves_the_group_loses_the_role_at_once(signed_in_as, services, database):
    browser = signed_in_as(ADMINISTRATOR)
    with services.database.write() as connection:
        connection.exec_driver_sql("UPDATE users SET groups = '[\"Staff\"]'")

    assert not is_signed_in(browser)


def test_the_cookie_is_good_only_beside_the_session_it_began_with(signed_in_as):
    mine, yours = signed_in_as(ADMINISTRATOR), signed_in_as(ADMINISTRATOR, name="eve@example.test")
    theirs = yours.client.get_cookie("MSISAuth", domain="idp.example.test")
    mine.client.set_cookie("MSISAuth", theirs.value, domain="idp.example.test")

    assert not is_signed_in(mine)
    mine.client.delete_cookie("MSISAuth", domain="idp.example.test")
    assert not is_signed_in(mine)


def test_signing_out_ends_the_session_of_administration(signed_in_as):
    browser = signed_in_as(AUDITOR)

    browser.post("/admin/sign-out", {"csrf": browser.csrf()})

    assert not is_signed_in(browser)


def test_a_dangerous_change_waits_for_both_proofs_and_goes_on(
    signed_in_as, prove_again, services, clock
):
    browser = signed_in_as(ADMINISTRATOR)
    clock.advance(minutes=6)
    form = {"csrf": browser.csrf(), "action": "roll", "kind": "ecdsa"}

    asked = browser.post("/admin/keys", form)

    assert asked.location == "/admin/continue"
    anew = browser.see("/admin/continue").location
    assert anew == "/adfs/signin?own-page=/admin/continue&again=1"
    prove_again(browser, second=False)
    verify = browser.see("/admin/continue").location
    assert verify == "/account/verify?next=/admin/continue&again=1"
    prove_again(browser)
    page = browser.see("/admin/continue")
    assert 'name="kind" value="ecdsa"' in page.text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    done = browser.post("/admin/keys", fields)
    assert done.status_code == 303
    assert len(services.signing_keys.current().keys) == 2
    assert browser.see("/admin/continue").location == "/admin/"


def test_a_change_that_is_not_dangerous_asks_for_nothing(signed_in_as, clock):
    browser = signed_in_as(ADMINISTRATOR)
    clock.advance(minutes=6)

    answer = browser.post(
        "/admin/nodes", {"csrf": browser.csrf(), "name": "sts1", "build": "20348.350"}
    )

    assert answer.location == "/admin/farm#node-sts1"


def test_the_api_refuses_a_dangerous_change_with_old_proofs(signed_in_as, clock):
    browser = signed_in_as(ADMINISTRATOR)
    headers = {**browser.headers, "X-CSRF-Token": browser.csrf()}
    clock.advance(minutes=6)

    answer = browser.client.post("/admin/api/keys", json={}, base_url=BASE_URL, headers=headers)

    assert (answer.status_code, answer.json["error"]) == (403, "proofs_too_old")


def test_the_token_is_never_asked_for_proofs(administrator, clock):
    clock.advance(minutes=6)
    form = {"csrf": administrator.csrf(), "action": "roll", "kind": "ecdsa"}

    assert administrator.post("/admin/keys", form).location == "/admin/keys"


def test_a_change_that_waits_is_no_other_users(signed_in_as, clock):
    mine = signed_in_as(ADMINISTRATOR)
    clock.advance(minutes=6)
    mine.post("/admin/keys", {"csrf": mine.csrf(), "action": "roll"})
    yours = signed_in_as(ADMINISTRATOR, name="eve@example.test")
    waiting = mine.client.get_cookie("AdminPending", domain="idp.example.test", path="/admin")
    yours.client.set_cookie("AdminPending", waiting.value, domain="idp.example.test", path="/admin")

    assert yours.see("/admin/continue").location == "/admin/"


def test_users_sign_in_where_there_is_no_token_file(signed_in_as, farm_folder):
    (farm_folder / "admin.token").unlink()

    assert is_signed_in(signed_in_as(ADMINISTRATOR))
