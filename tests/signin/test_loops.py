"""A browser that one service provider sends here again and again is stopped (docs/passwords.md)."""

from __future__ import annotations

import base64
from dataclasses import replace
from http.cookies import SimpleCookie

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.clock import SetClock
from support.service_providers.logout_messages import visit

from idp.signin.loop_detection import NAME, LoopRules, RecentTokens

RULES = LoopRules(is_on=True, tokens=5, seconds=20, is_secure=False)
NOW = SetClock().now()


@pytest.fixture
def signed_in_browser(federation, easy, sign_in_settings):
    """A browser that has its first token."""
    sign_in_settings()
    return federation.sign_in(easy.url()).browser


def is_issued(browser, sp) -> bool:
    page = browser.get(sp.url())
    if "SAMLResponse" in page.html:
        return True
    assert (page.status, page.text("errorCode")[:9]) == (400, "MSIS7042:")
    return False


def issues(browser, sp, times) -> list[bool]:
    return [is_issued(browser, sp) for _ in range(times)]


def test_the_sixth_token_in_twenty_seconds_fails(federation, signed_in_browser, easy):
    assert issues(signed_in_browser, easy, 6) == [True] * 4 + [False] * 2
    assert [row.event_id for row in federation.log].count(1200) == 5


def test_a_browser_is_stopped_only_until_the_interval_is_over(federation, signed_in_browser, easy):
    issues(signed_in_browser, easy, 5)
    federation.clock.advance(20)
    assert issues(signed_in_browser, easy, 6) == [True] * 5 + [False]


def test_tokens_at_leisure_are_no_loop(federation, signed_in_browser, easy):
    for _ in range(12):
        federation.clock.advance(5)
        assert is_issued(signed_in_browser, easy)


def test_another_trust_is_counted_apart(federation, signed_in_browser, easy, pairs):
    issues(signed_in_browser, easy, 5)
    other = replace(easy, entity_id="https://other.example.test/metadata").register()
    other.set(second_factor="never")
    assert issues(signed_in_browser, other, 6) == [True] * 5 + [False]
    assert not is_issued(signed_in_browser, easy)


def test_another_browser_of_the_same_user_is_not_stopped(federation, signed_in_browser, easy):
    issues(signed_in_browser, easy, 5)
    assert federation.sign_in(easy.url()).is_finished


def test_fresh_passwords_do_not_hide_a_loop(federation, signed_in_browser, easy):
    for _ in range(4):
        assert federation.sign_in(
            easy.url(ForceAuthn="true"), browser=signed_in_browser
        ).is_finished
    sign_in = federation.sign_in(easy.url(ForceAuthn="true"), browser=signed_in_browser)
    assert sign_in.page.text("errorCode").startswith("MSIS7042:")


def test_signing_out_resets_the_count(federation, signed_in_browser, easy):
    issues(signed_in_browser, easy, 4)
    visit(federation, signed_in_browser, f"{federation.url}/adfs/ls/signout", {})
    again = federation.sign_in(easy.url(), browser=signed_in_browser)
    assert again.is_finished
    assert issues(signed_in_browser, easy, 5) == [True] * 4 + [False]


def test_figures_may_be_set(federation, easy, sign_in_settings):
    sign_in_settings(loop_tokens=2, loop_seconds=60)
    browser = federation.sign_in(easy.url()).browser
    assert issues(browser, easy, 2) == [True, False]
    federation.clock.advance(58)
    assert not is_issued(browser, easy)
    federation.clock.advance(2)
    assert is_issued(browser, easy)


def test_loop_detection_may_be_switched_off(federation, easy, sign_in_settings):
    sign_in_settings(loop_detection=False)
    browser = federation.sign_in(easy.url()).browser
    assert all(issues(browser, easy, 10))
    assert NAME not in browser.session.cookies


def test_the_pytest_plugin_switches_loop_detection_off(federation, easy):
    browser = federation.sign_in(easy.url()).browser
    assert all(issues(browser, easy, 6))


def test_the_cookie_is_small_holds_no_names_and_expires_with_the_interval(
    federation, signed_in_browser, easy
):
    issues(signed_in_browser, easy, 3)
    answer = signed_in_browser.session.get(easy.url())
    (morsel,) = SimpleCookie(answer.headers["Set-Cookie"]).values()
    assert (morsel.key, morsel["path"], morsel["max-age"]) == (NAME, "/adfs", "20")
    assert morsel["httponly"]
    assert len(morsel.value) < 200
    assert b"example" not in base64.b64decode(morsel.value)


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "====",
        base64.b64encode(b"a b c").decode(),
        base64.b64encode(b"a 1e9\n").decode(),
        base64.b64encode("a ١٢\n".encode()).decode(),
        base64.b64encode(b"a " + b"9" * 1000).decode(),
        "A" * 10_000,
        "\xff",
    ],
)
def test_a_foreign_cookie_holds_no_tokens(value, federation, signed_in_browser, easy):
    cookies = f"MSISAuth={signed_in_browser.session.cookies['MSISAuth']}; {NAME}={value}"
    answer = federation.browser().session.get(
        easy.url(), headers={"Cookie": cookies.encode("latin-1")}
    )
    assert "SAMLResponse" in answer.text


@given(
    st.one_of(
        st.text(max_size=200), st.binary(max_size=200).map(base64.b64encode).map(bytes.decode)
    )
)
def test_no_cookie_breaks_loop_detection(value):
    RecentTokens(RULES, value).refuse_loop("https://sp.example.test", NOW)


def test_tokens_of_the_future_are_not_counted(federation, signed_in_browser, easy):
    """Else a cookie planted once would stop a browser for ever."""
    federation.clock.advance(100)
    issues(signed_in_browser, easy, 5)
    ahead = signed_in_browser.session.cookies[NAME]
    federation.clock.advance(-50)
    assert ahead
    assert is_issued(signed_in_browser, easy)
