"""The session: who it is, since when, by which factors, and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.clock import NOON, SetClock

from idp.session.seal import Sealer
from idp.session.sso import Session, SessionRules, Sessions, new_session_id, start_session

SECRET = b"a secret of at least thirty-two bytes"
USER = "user@example.test"
METHOD = "http://schemas.microsoft.com/ws/2012/12/authmethod/phoneappnotification"


@pytest.fixture
def sessions(clock: SetClock) -> Sessions:
    return sessions_by(clock, SessionRules(timedelta(hours=8), timedelta(days=1)))


def sessions_by(clock: SetClock, rules: SessionRules) -> Sessions:
    return Sessions(Sealer(SECRET, clock.now).purpose("session"), rules, clock.now)


def test_a_new_one_knows_the_password_alone():
    session = start_session(USER, NOON)
    assert (session.user, session.password_at, session.authenticated_at) == (USER, NOON, NOON)
    assert (session.mfa_at, session.mfa_method, session.kept) == (None, None, False)


def test_the_second_factor_makes_another_one_of_it():
    later = NOON + timedelta(minutes=1)
    first = start_session(USER, NOON, kept=True)
    second = first.with_second_factor(METHOD, later)

    assert second.id != first.id
    assert (second.user, second.password_at, second.kept) == (USER, NOON, True)
    assert (second.mfa_at, second.mfa_method, second.authenticated_at) == (later, METHOD, later)


def test_its_root_stays_and_no_other_session_has_it():
    first = start_session(USER, NOON)
    assert first.with_second_factor(METHOD, NOON).root == first.root
    assert start_session(USER, NOON).root != first.root != first.id


def test_who_gives_the_password_again_goes_on_with_the_session_and_nobody_else_does():
    first = start_session(USER, NOON)
    again = start_session(USER, NOON, going_on=first)
    assert (again.root, again.id != first.id, again.mfa_at) == (first.root, True, None)
    assert start_session("other@example.test", NOON, going_on=first).root != first.root


def test_a_cookie_of_before_there_were_roots_has_its_id_for_one(clock, sessions):
    seal = Sealer(SECRET, clock.now).purpose("session")
    values = {"id": "old", "user": USER, "password_at": NOON.timestamp()}
    cookie = seal.seal({**values, "mfa_at": None, "mfa_method": None})
    assert sessions.read(cookie).root == "old"


def test_ids_are_128_random_bits():
    ids = {new_session_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(each) for each in ids} == {22}


BY_PASSWORD = start_session(USER, NOON)
BY_BOTH = start_session(USER, NOON, kept=True).with_second_factor(METHOD, NOON)


@pytest.mark.parametrize("session", [BY_PASSWORD, BY_BOTH], ids=["password", "second factor"])
def test_a_cookie_reads_back_as_it_was(session, sessions):
    assert sessions.read(sessions.write(session)) == session


@pytest.mark.parametrize("cookie", [None, "", "x", "a.b", "\0"])
def test_any_other_cookie_is_no_session(cookie, sessions):
    assert sessions.read(cookie) is None


def test_a_value_sealed_for_another_purpose_is_no_session(clock, sessions):
    seal = Sealer(SECRET, clock.now).purpose("second-factor-context")
    assert sessions.read(seal.seal({"id": "x", "user": USER})) is None


def test_it_lasts_from_the_password_whatever_comes_later(clock, sessions):
    session = start_session(USER, NOON)
    clock.advance(hours=7)
    raised = session.with_second_factor(METHOD, clock.now())
    cookie = sessions.write(raised)

    assert sessions.left(raised) == timedelta(hours=1)
    clock.advance(minutes=59)
    assert sessions.read(cookie) == raised
    clock.advance(minutes=1)
    assert sessions.read(cookie) is None


def test_one_that_is_over_cannot_be_written_alive(clock, sessions):
    session = Session("id", USER, NOON - timedelta(hours=9))
    assert sessions.read(sessions.write(session)) is None


KEPT = start_session(USER, NOON, kept=True)


def test_one_that_is_kept_lasts_by_its_own_time(clock, sessions):
    cookie = sessions.write(KEPT)
    clock.advance(hours=23, minutes=59)
    assert sessions.read(cookie) == KEPT
    clock.advance(minutes=1)
    assert sessions.read(cookie) is None


STRICTER = {
    "nobody may keep one any more": SessionRules(timedelta(hours=8)),
    "kept ones end earlier":        SessionRules(timedelta(hours=8), timedelta(minutes=1)),
    "only later ones are kept":     SessionRules(
        timedelta(hours=8), timedelta(days=1), NOON + timedelta(microseconds=1)
    ),
}  # fmt: skip


@pytest.mark.parametrize("rules", STRICTER.values(), ids=STRICTER.keys())
def test_stricter_rules_end_those_that_were_kept_and_no_others(rules, clock, sessions):
    kept, plain = sessions.write(KEPT), sessions.write(BY_PASSWORD)
    clock.advance(minutes=1)
    stricter = sessions_by(clock, rules)
    assert stricter.read(kept) is None
    assert stricter.read(plain) == BY_PASSWORD


def test_one_from_the_moment_of_the_cutoff_is_kept(clock):
    rules = SessionRules(timedelta(hours=8), timedelta(days=1), NOON)
    sessions = sessions_by(clock, rules)
    assert sessions.read(sessions.write(KEPT)) == KEPT


def test_looser_rules_lengthen_none_that_was_given(clock, sessions):
    cookie = sessions.write(KEPT)
    clock.advance(days=1)
    longer = sessions_by(clock, SessionRules(timedelta(hours=8), timedelta(days=7)))
    assert longer.read(cookie) is None


def test_the_longest_is_the_longer_of_the_two():
    assert SessionRules(timedelta(hours=8)).longest == timedelta(hours=8)
    assert SessionRules(timedelta(hours=8), timedelta(days=2)).longest == timedelta(days=2)
    assert SessionRules(timedelta(hours=8), timedelta(minutes=1)).longest == timedelta(hours=8)
