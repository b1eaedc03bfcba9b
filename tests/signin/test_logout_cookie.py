"""The log-out cookies: what they seal comes back as it was, for at most eight log-outs."""

from __future__ import annotations

from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.clock import NOON, SetClock

from idp.session.participants import LogOut
from idp.session.seal import Sealer
from idp.signin.logout.cookie import LIFETIME, MAX_LOG_OUTS, PREFIX, LogOutCookies
from idp.web.answer import Answer
from idp.web.cookies import own_cookies

SECRET = bytes(32)
ids = st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True)


def cookies_of(clock: SetClock) -> LogOutCookies:
    return LogOutCookies(Sealer(SECRET, clock.now).purpose("log-out"), is_secure=True)


def log_out(identifier: str) -> LogOut:
    return LogOut(identifier, "alice@example.test", ("root",), "activity", NOON)


def add(cookies: LogOutCookies, identifier: str, browser: dict[str, str]) -> None:
    """Let a browser with these cookies have part in one log-out more."""
    answer = cookies.add(Answer(), log_out(identifier), own_cookies(browser))
    for name, value in answer.headers:
        if name == "Set-Cookie":
            for cookie in SimpleCookie(value).values():
                browser.pop(cookie.key, None)
                if cookie["max-age"] != "0":
                    browser[cookie.key] = cookie.value


@given(st.lists(ids, min_size=1, max_size=12, unique_by=lambda identifier: identifier[:8]))
def test_the_ids_come_back_as_they_were_oldest_first(identifiers):
    cookies, browser = cookies_of(SetClock()), {}
    for identifier in identifiers:
        add(cookies, identifier, browser)

    assert cookies.ids(own_cookies(browser)) == tuple(identifiers[-MAX_LOG_OUTS:])


@pytest.mark.parametrize("value", ["", "made up", "\0"])
def test_a_cookie_that_we_did_not_make_names_no_log_out(value):
    assert cookies_of(SetClock()).ids({f"{PREFIX}_x": value}) == ()


def test_a_cookie_that_another_version_sealed_names_no_log_out():
    sealed = Sealer(SECRET, SetClock().now).purpose("log-out").seal({"number": 1})
    assert cookies_of(SetClock()).ids({f"{PREFIX}_x": sealed}) == ()


def test_the_log_out_cookie_expires():
    browser: dict[str, str] = {}
    add(cookies_of(SetClock()), "0123456789", browser)

    assert cookies_of(SetClock(NOON + LIFETIME - timedelta(seconds=1))).ids(own_cookies(browser))
    assert cookies_of(SetClock(NOON + LIFETIME)).ids(own_cookies(browser)) == ()
