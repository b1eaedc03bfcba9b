"""Requests that came by HTTP-POST go on after the redirect, in a sealed cookie for each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.browsers.redirects import (
    answer_to,
    continuations,
    page_at,
    password_of,
)

from idp.signin.continuation import LIFETIME, MAX_COOKIES, MAX_TOTAL_LENGTH

SECOND = timedelta(seconds=1)


def test_a_request_by_post_survives_both_redirects(federation, sp, by_post, phone):
    browser = federation.browser()
    form = by_post(browser, ID="_mine", relay_state="kept")
    answer = answer_to(browser, form, **password_of(federation.user))
    assert answer.headers["Location"] == form.action

    sign_in = federation.resume(browser, page_at(browser, answer))
    phone.approve(sign_in.number)
    answer = answer_to(browser, sign_in.page.form)
    finished = federation.resume(browser, page_at(browser, answer)).finish()

    assert finished.received.in_response_to == "_mine"
    assert finished.relay_state == "kept"
    assert continuations(browser) == {}


def test_several_at_once_in_one_browser_are_not_mixed_up(federation, easy, other, by_post):
    """All passwords are given before any of the redirects is followed."""
    browser, user = federation.browser(), federation.user
    begun = [
        (f"_{number}", by_post(browser, each, ID=f"_{number}", relay_state=f"state {number}"))
        for number, each in enumerate([easy, other, easy, other])
    ]
    answers = [(name, answer_to(browser, form, **password_of(user))) for name, form in begun]

    for name, answer in reversed(answers):
        finished = federation.resume(browser, page_at(browser, answer)).finish()
        assert finished.received.in_response_to == name
        assert finished.relay_state == f"state {name[1:]}"
    assert continuations(browser) == {}


def test_the_page_after_the_redirect_may_be_loaded_again_for_a_while(
    federation, sp, by_post, phone
):
    browser = federation.browser()
    answer = answer_to(browser, by_post(browser), **password_of(federation.user))
    page_at(browser, answer)
    federation.clock.advance((LIFETIME - SECOND).total_seconds())

    sign_in = federation.resume(browser, page_at(browser, answer))
    phone.approve(sign_in.number)
    assert sign_in.finish().status == ("Success",)

    federation.clock.advance(2)
    late = page_at(browser, answer)
    assert (late.status, late.text("errorCode").partition(":")[0]) == (400, "MSIS7001")


def test_what_waits_in_a_browser_is_bounded_and_the_newest_stays(federation, sp, by_post):
    browser, user = federation.browser(), federation.user
    forms = [by_post(browser, relay_state=f"state {number}") for number in range(MAX_COOKIES + 3)]
    for form in forms:
        answer = answer_to(browser, form, **password_of(user))
        waiting = continuations(browser)
        assert len(waiting) <= MAX_COOKIES
        assert sum(map(len, waiting.values())) <= MAX_TOTAL_LENGTH

    assert len(waiting) > 1
    assert page_at(browser, answer).title == "Multi-Factor Authentication"


@pytest.mark.parametrize("length", [1_000, 5_000, 16_000])
def test_a_long_relay_state_survives_where_no_cookie_can_hold_it(
    length, federation, sp, by_post, phone
):
    """The page is then the answer to the post itself."""
    browser, relay_state = federation.browser(), "s" * length
    form = by_post(browser, relay_state=relay_state)
    sign_in = federation.resume(browser, browser.submit(form, **password_of(federation.user)))
    phone.approve(sign_in.number)

    assert sign_in.finish().relay_state == relay_state
    assert continuations(browser) == {}


def test_an_address_whose_sign_in_is_not_here_says_so(federation, sp, by_post):
    elsewhere = federation.browser()
    answer = answer_to(elsewhere, by_post(elsewhere), **password_of(federation.user))

    page = page_at(federation.browser(), answer)

    assert page.text("errorCode").startswith("MSIS7001")
