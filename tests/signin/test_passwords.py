"""User name and password: two ways to say who one is, one wording for every failure."""

from __future__ import annotations

import pytest
from support.adapters.mfa_node import at_once

from idp.signin.pages import WRONG_PASSWORD

pytestmark = pytest.mark.each_database


@pytest.fixture
def log_in(federation, easy):
    """Give a name and a password on a new log-in page."""

    def log_in(name, password, browser=None, **fields):
        browser = browser or federation.browser()
        return browser.submit(
            browser.get(easy.url()).form, UserName=name, Password=password, **fields
        )

    return log_in


@pytest.mark.parametrize(
    "name", ["user@example.test", "USER@Example.Test", "EXAMPLE\\user", "example\\USER"]
)
def test_upn_and_account_name_are_taken_in_any_case(name, log_in, federation):
    assert "SAMLResponse" in log_in(name, federation.user.password).html
    assert federation.log[-1].user == "user@example.test"


def test_a_client_may_post_request_and_password_without_an_earlier_page(federation, easy):
    user = federation.user
    fields = {"UserName": user.name, "Password": user.password, "AuthMethod": "FormsAuthentication"}
    assert "SAMLResponse" in federation.browser().post(easy.url(), fields).html


def test_a_client_may_post_the_method_alone_and_gets_the_page(federation, easy):
    page = federation.browser().post(easy.url(), {"AuthMethod": "FormsAuthentication"})
    assert (page.status, page.title, page.error) == (200, "Sign In", "")


WRONG = {
    "wrong password": ("user@example.test", "wrong"),
    "unknown user": ("nobody@example.test", "wrong"),
    "unknown domain": ("OTHER\\user", "correct horse"),
    "disabled": ("disabled@example.test", "correct horse"),
    "locked": ("locked@example.test", "correct horse"),
    "empty password": ("user@example.test", ""),
    "empty name": ("", "correct horse"),
    "long password": ("user@example.test", "x" * 257),
    "very long password": ("user@example.test", "x" * 1_000_000),
    "very long name": ("x" * 100_000 + "@example.test", "x"),
    "nul": ("user@example.test\x00", "correct horse"),
    "markup": ("<script>alert(1)</script>", "x"),
    "line breaks": ("user@example.test\r\nX: y", "x"),
    "half a name": ("@", "x"),
    "another case": ("user@example.test", "CORRECT HORSE"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "password"), WRONG.values(), ids=WRONG.keys())
def test_every_failure_looks_alike(name, password, log_in, federation, lines):
    federation.add_user("disabled@example.test", phone=None)
    federation.services.directory.disable("disabled@example.test")
    federation.add_user("locked@example.test", phone=None)
    for _ in range(10):
        federation.services.directory.check_password("locked@example.test", "wrong")

    page = log_in(name, password)

    assert (page.status, page.title, page.error) == (200, "Sign In", WRONG_PASSWORD)
    assert "<script>alert" not in page.html
    assert [row.event_id for row in federation.log] == [1203]
    assert len(lines.refusals()) == 1


def test_the_reason_is_in_the_log_alone(log_in, federation):
    log_in("user@example.test", "wrong")
    log_in("nobody@example.test", "wrong")
    assert [row.outcome for row in federation.log] == ["wrong_password", "unknown_user"]


def test_after_a_failure_the_page_keeps_the_name_and_nothing_else(log_in):
    page = log_in("user@example.test", "secret enough")
    assert page.form.fields["UserName"] == "user@example.test"
    assert page.form.fields["Password"] == ""
    assert "secret enough" not in page.html


def test_after_a_failure_the_user_may_try_again_on_the_same_page(log_in, federation):
    browser, user = federation.browser(), federation.user
    page = log_in(user.name, "wrong", browser)
    page = browser.submit(page.form, UserName=user.name, Password=user.password)
    assert "SAMLResponse" in page.html


def test_ten_wrong_passwords_lock_softly_for_half_an_hour(log_in, federation):
    user = federation.user
    for _ in range(10):
        log_in(user.name, "wrong")
    assert log_in(user.name, user.password).error == WRONG_PASSWORD
    assert federation.log[-1].outcome == "locked"

    federation.clock.advance(30 * 60 + 1)
    assert "SAMLResponse" in log_in(user.name, user.password).html


def test_a_lock_out_does_not_touch_those_who_are_signed_in(log_in, federation, easy):
    browser = federation.sign_in(easy.url()).browser
    for _ in range(11):
        log_in(federation.user.name, "wrong")
    assert federation.resume(browser, browser.get(easy.url())).is_finished


def test_unlocking_opens_at_once(log_in, federation):
    user = federation.user
    for _ in range(10):
        log_in(user.name, "wrong")
    federation.services.directory.unlock(user.name)
    assert "SAMLResponse" in log_in(user.name, user.password).html


def test_of_a_hundred_wrong_passwords_at_once_ten_are_looked_at(log_in, federation):
    at_once(lambda _: log_in(federation.user.name, "wrong"), range(100))
    outcomes = [row.outcome for row in federation.log]
    assert (outcomes.count("wrong_password"), outcomes.count("locked")) == (10, 90)


def test_right_passwords_at_once_are_all_taken(log_in, federation):
    user = federation.user
    pages = at_once(lambda _: log_in(user.name, user.password), range(20))
    assert all("SAMLResponse" in page.html for page in pages)


def test_a_wrong_password_leaves_the_session_that_there_was(log_in, federation, easy):
    browser = federation.sign_in(easy.url()).browser
    page = browser.get(easy.url(ForceAuthn="true"))
    browser.submit(page.form, UserName=federation.user.name, Password="wrong")
    assert federation.resume(browser, browser.get(easy.url())).is_finished


def test_another_user_in_the_same_browser_takes_the_session_over(federation, easy, pairs):
    other = federation.add_user("other@example.test", phone=None)
    browser = federation.sign_in(easy.url()).browser
    sign_in = federation.sign_in(easy.url(ForceAuthn="true"), other, browser=browser)
    assert sign_in.finish().name_id == other.name
    again = federation.resume(browser, browser.get(easy.url()))
    assert again.finish().name_id == other.name
