"""Recent tokens of a browser as a value: how many within how many seconds are a loop."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import pytest

from idp.config.schema import Config, ServerSection, SignInSection
from idp.saml.refusal import Refused
from idp.signin.loop_detection import (
    MAX_COOKIE_LENGTH,
    MAX_REMEMBERED,
    NAME,
    LoopRules,
    RecentTokens,
    loop_rules,
)
from idp.web.answer import Answer

RULES = LoopRules(is_on=True, tokens=3, seconds=20, is_secure=True)
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
SP = "https://sp.example.test"


def with_tokens(count: int, *, now: datetime = NOW, rules: LoopRules = RULES) -> RecentTokens:
    recent = RecentTokens.of(rules, {})
    for _ in range(count):
        answer = recent.add_token(Answer(), SP, now)
        (cookie,) = SimpleCookie(answer.header("Set-Cookie")).values()
        recent = RecentTokens.of(rules, {NAME: cookie.value})
    return recent


def is_loop(recent: RecentTokens, now: datetime, trust: str = SP) -> bool:
    try:
        recent.refuse_loop(trust, now)
    except Refused:
        return True
    return False


def test_as_many_tokens_as_allowed_are_no_loop_and_one_more_is():
    assert not is_loop(with_tokens(2), NOW)
    assert is_loop(with_tokens(3), NOW)


def test_a_token_counts_until_the_interval_has_passed():
    recent = with_tokens(3)
    assert is_loop(recent, NOW + timedelta(seconds=19))
    assert not is_loop(recent, NOW + timedelta(seconds=20))


def test_a_token_of_the_future_does_not_count():
    assert not is_loop(with_tokens(3), NOW - timedelta(seconds=1))


def test_tokens_of_another_trust_do_not_count():
    assert not is_loop(with_tokens(3), NOW, "https://other.example.test")


def test_the_cookie_remembers_a_limited_number_of_tokens():
    rules = LoopRules(is_on=True, tokens=1000, seconds=20, is_secure=True)
    recent = with_tokens(MAX_REMEMBERED + 5, rules=rules)
    with pytest.raises(Refused):
        RecentTokens(LoopRules(True, MAX_REMEMBERED, 20, True), recent.cookie).refuse_loop(SP, NOW)
    RecentTokens(LoopRules(True, MAX_REMEMBERED + 1, 20, True), recent.cookie).refuse_loop(SP, NOW)


def test_loop_detection_sets_no_cookie_when_switched_off():
    off = LoopRules(is_on=False, tokens=1, seconds=20, is_secure=True)
    assert RecentTokens.of(off, {}).add_token(Answer(), SP, NOW) == Answer()


def test_signing_out_removes_the_cookie_of_a_browser_that_has_one():
    forgotten = with_tokens(1).forget(Answer()).header("Set-Cookie")
    assert forgotten.startswith(f"__Host-{NAME}=;")
    assert "Max-Age=0" in forgotten
    assert RecentTokens.of(RULES, {}).forget(Answer()) == Answer()


def test_switched_off_it_stops_nobody_whatever_the_cookie_says():
    off = LoopRules(is_on=False, tokens=1, seconds=20, is_secure=True)

    assert not is_loop(RecentTokens(off, with_tokens(3).cookie), NOW)


@pytest.mark.parametrize(
    "cookie", ["", "A" * (MAX_COOKIE_LENGTH + 1), "not base64", "\u00e9", "AAAA", "eCB5Cg=="]
)
def test_a_cookie_that_is_not_ours_has_no_tokens_and_is_replaced(cookie):
    recent = RecentTokens(RULES, cookie)

    assert not is_loop(recent, NOW)
    assert recent.add_token(Answer(), SP, NOW) == RecentTokens(RULES, "").add_token(
        Answer(), SP, NOW
    )


def test_the_longest_cookie_is_one_that_we_read():
    rules = LoopRules(is_on=True, tokens=1000, seconds=20, is_secure=True)
    cookie = with_tokens(MAX_REMEMBERED, rules=rules).cookie

    assert len(cookie) <= MAX_COOKIE_LENGTH
    assert is_loop(RecentTokens(RULES, cookie), NOW)


def test_a_cookie_with_anything_between_its_letters_is_not_ours():
    cookie = with_tokens(3).cookie

    assert is_loop(RecentTokens(RULES, cookie), NOW)
    assert not is_loop(RecentTokens(RULES, f"{cookie[:8]}!{cookie[8:]}"), NOW)


def test_any_entity_id_has_tokens_of_its_own():
    """A stored one may hold half a surrogate pair: that is no reason to fail."""
    answer = RecentTokens(RULES, "").add_token(Answer(), "\ud800", NOW)

    (cookie,) = SimpleCookie(answer.header("Set-Cookie")).values()
    once = LoopRules(is_on=True, tokens=1, seconds=20, is_secure=True)
    assert is_loop(RecentTokens(once, cookie.value), NOW, "\ud800")
    assert not is_loop(RecentTokens(once, cookie.value), NOW, "?")


def test_the_cookie_has_the_name_that_it_has_in_ad_fs():
    assert (NAME, MAX_COOKIE_LENGTH) == ("MSISLoopDetectionCookie", 2048)


def test_the_rules_are_those_of_the_configuration():
    server = ServerSection(base_url="https://sts.example.test")
    sign_in = SignInSection(loop_detection=True, loop_tokens=7, loop_seconds=33)

    assert loop_rules(Config(server=server, sign_in=sign_in)) == LoopRules(True, 7, 33, True)


def test_a_cookie_of_the_greatest_length_counts_and_a_longer_one_does_not():
    recent = with_tokens(3)
    digits = MAX_COOKIE_LENGTH // 4 * 3  # what base64 makes the greatest length of
    known = base64.b64decode(recent.cookie).decode().splitlines()
    trust, at = known[-1].split(" ")
    zeros = "0" * (digits - len("\n".join(known)))
    padded = "\n".join([*known[:-1], f"{trust} {zeros}{at}"])
    cookie = base64.b64encode(padded.encode()).decode()

    assert len(cookie) == MAX_COOKIE_LENGTH
    assert is_loop(RecentTokens.of(RULES, {NAME: cookie}), NOW)
    assert not is_loop(RecentTokens.of(RULES, {NAME: f"{cookie}AAAA"}), NOW)
