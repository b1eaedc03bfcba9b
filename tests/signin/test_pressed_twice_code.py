"""Enter pressed twice on the page of a code: the second post's page leads on to what the first won.

Nothing is given for the second post. Its page says that the sign-in is over, and leads the browser,
which has the session of the first post, to the address of the sign-in.
"""

from __future__ import annotations

import pytest
from support.adapters.mfa_node import at_once
from support.browsers.redirects import answer_to, page_at

from idp.embedded.browser import Browser
from idp.signin.outcomes import JUST_NOW

pytestmark = pytest.mark.each_database


@pytest.fixture
def user(federation):
    return federation.add_user(phone=None, totp=True)


@pytest.fixture
def code_page(federation, sp, user):
    return federation.sign_in(sp.url(), user)


def with_cookies(cookies) -> Browser:
    browser = Browser()
    browser.session.cookies.update(cookies)
    return browser


def press(code_page, browser: Browser, code: str):
    return answer_to(browser, code_page.page.form, VerificationCode=code)


def leads_to(answer) -> str:
    assert answer.status_code == 400
    return answer.headers.get("Refresh", "").partition("url=")[2]


def is_signed_in(browser: Browser, answer, federation, user) -> bool:
    page = browser.get(leads_to(answer))
    return federation.resume(browser, page, user).finish().name_id == user.name


@pytest.mark.parametrize("first_page", ["not loaded", "loaded before", "loaded after"])
@pytest.mark.parametrize("sent", ["before the first answer", "after it"])
def test_the_second_post_leads_on_to_the_application(sent, first_page, code_page, federation, user):
    browser, code = code_page.browser, user.code()
    early = with_cookies(browser.session.cookies)
    first = press(code_page, browser, code)
    if first_page == "loaded before":
        page_at(with_cookies(browser.session.cookies), first)  # its answer is dropped
    second = press(code_page, early if sent.startswith("before") else browser, code)
    if first_page == "loaded after":
        page_at(with_cookies(browser.session.cookies), first)

    assert is_signed_in(browser, second, federation, user)


def test_two_posts_at_once_lead_on(code_page, federation, user):
    browser, code = code_page.browser, user.code()
    early = [with_cookies(browser.session.cookies) for _ in range(2)]

    answers = at_once(lambda each: press(code_page, each, code), early)

    (winner,) = [at for at, answer in enumerate(answers) if answer.status_code == 302]
    browser.session.cookies.update(early[winner].session.cookies)
    other = answers[1 - winner]
    if other.status_code == 200:  # the adapter was asked before the first post had ended
        other = press(code_page, browser, code)
    assert is_signed_in(browser, other, federation, user)


def test_an_approval_that_is_posted_twice_leads_on(approved, federation):
    browser, form = approved.browser, approved.page.form
    early = with_cookies(browser.session.cookies)
    answer_to(browser, form)

    assert is_signed_in(browser, answer_to(early, form), federation, federation.user)


def test_whoever_has_only_what_was_before_is_led_to_no_token(code_page, user):
    code, early = user.code(), with_cookies(code_page.browser.session.cookies)
    press(code_page, code_page.browser, code)

    page = early.get(leads_to(press(code_page, early, code)))

    assert "SAMLResponse" not in page.html
    assert "verificationCodeInput" in page.ids()


def test_some_seconds_later_nothing_leads_on(code_page, federation, user):
    code, early = user.code(), with_cookies(code_page.browser.session.cookies)
    press(code_page, code_page.browser, code)
    federation.clock.advance(JUST_NOW.total_seconds())

    for browser in (early, code_page.browser):
        assert leads_to(press(code_page, browser, code)) == ""
