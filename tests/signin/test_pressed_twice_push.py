"""Enter pressed twice on the log-in page of a user who needs a push: one push, one number.

The browser posts the form twice and shows what the second post leads to. The page of the first may
still be made afterwards, by a GET whose answer the browser drops.
"""

from __future__ import annotations

import pytest
from support.adapters.mfa_node import at_once
from support.browsers.redirects import answer_to, password_of

from idp.embedded.browser import Browser
from idp.embedded.page import Page

pytestmark = pytest.mark.each_database

ORDERS = [
    ("POST1", "POST2", "GET1", "GET2"),
    ("POST1", "POST2", "GET2", "GET1"),
    ("POST1", "GET1", "POST2", "GET2"),
]


class TwoPresses:
    """The requests of both presses; a GET has the cookies of when its redirect came."""

    def __init__(self, browser: Browser, url: str, user) -> None:
        self._browser = browser
        self._form = browser.get(url).form
        self._user = user
        self._gets = {}
        self.pages: dict[str, Page] = {}

    def __call__(self, request: str) -> None:
        kind, press = request[:-1], request[-1]
        getattr(self, kind.lower())(press)

    def post(self, press: str, **fields: str) -> None:
        answer = answer_to(self._browser, self._form, **password_of(self._user), **fields)
        assert answer.status_code == 302
        early = Browser()
        early.session.cookies.update(self._browser.session.cookies)
        self._gets[press] = (early, answer.headers["Location"])

    def get(self, press: str) -> None:
        early, address = self._gets[press]
        self.pages[press] = early.get(address)

    def shown(self, federation):
        """The sign-in at the page that the browser shows."""
        return federation.resume(self._browser, self.pages["2"], self._user)


@pytest.fixture
def two_presses(federation, sp):
    return TwoPresses(federation.browser(), sp.url(), federation.user)


def sent(federation) -> int:
    recent = federation.clock.now().replace(year=2000)
    with federation.services.mfa.push._store.transaction(federation.user.name) as mine:
        return len(mine.recent(recent))


def goes_on(two_presses, federation, phone) -> None:
    first, second = (two_presses.pages[each].text("validEntropyNumber") for each in "12")
    assert first == second
    assert sent(federation) == len(phone.pending()) == 1
    phone.approve(second)
    assert two_presses.shown(federation).finish().status == ("Success",)


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_both_pages_show_the_number_of_one_push(order, two_presses, federation, phone):
    for request in order:
        two_presses(request)
    goes_on(two_presses, federation, phone)


@pytest.mark.parametrize("turn", range(3))
def test_so_they_do_when_they_are_made_at_once(turn, two_presses, federation, phone):
    two_presses("POST1")
    two_presses("POST2")
    at_once(two_presses, ("GET1", "GET2") if turn % 2 else ("GET2", "GET1"))
    goes_on(two_presses, federation, phone)


def test_a_page_made_late_sends_no_push_after_a_denial(two_presses, phone):
    for request in ("POST1", "POST2", "GET2"):
        two_presses(request)
    phone.deny()

    two_presses("GET1")

    assert phone.pending() == ()


def test_the_page_of_a_dropped_first_answer_is_never_made(two_presses, federation, phone):
    """The browser sends the second post before the first is answered."""
    cookies = dict(two_presses._browser.session.cookies)
    two_presses("POST1")
    two_presses._browser.session.cookies.clear()
    two_presses._browser.session.cookies.update(cookies)
    two_presses("POST2")
    two_presses("GET2")

    phone.approve(two_presses.pages["2"].text("validEntropyNumber"))
    assert two_presses.shown(federation).finish().status == ("Success",)


# What is no second press


def test_the_password_given_again_later_sends_another_push(two_presses, federation, phone):
    """The back button leads to the log-in page, and the form is posted once more."""
    two_presses("POST1")
    two_presses("GET1")
    phone.deny()
    federation.clock.advance(20)
    two_presses("POST2")
    two_presses("GET2")

    assert sent(federation) == 2
    phone.approve(two_presses.pages["2"].text("validEntropyNumber"))
    assert two_presses.shown(federation).finish().status == ("Success",)


def test_another_tab_has_a_push_of_its_own(federation, sp, phone):
    browser = federation.browser()
    first, second = (TwoPresses(browser, sp.url(), federation.user) for _ in range(2))
    first("POST1")
    first("GET1")
    second("POST2")
    second("GET2")

    assert sent(federation) == 2
    phone.approve(second.pages["2"].text("validEntropyNumber"))
    assert second.shown(federation).finish().status == ("Success",)


def test_another_browser_with_the_same_page_has_a_push_of_its_own(two_presses, federation, phone):
    two_presses("POST1")
    two_presses("GET1")
    two_presses._browser = federation.browser()
    two_presses("POST2")
    two_presses("GET2")

    assert sent(federation) == 2


def test_another_user_has_a_push_of_their_own(two_presses, federation, phone):
    two_presses("POST1")
    two_presses("GET1")
    two_presses._user = federation.add_user()
    two_presses("POST2")
    two_presses("GET2")

    assert len(phone.pending()) == 1
    assert len(two_presses._user.phone.pending()) == 1
