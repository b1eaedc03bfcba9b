"""The session: who it is, since when, by which factors, and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from databases import NOON, SetClock

from idp.session.seal import Sealer
from idp.session.sso import Session, Sessions, new_session_id, start_session

SECRET = b"a secret of at least thirty-two bytes"
USER = "user@example.test"
METHOD = "http://schemas.microsoft.com/ws/2012/12/authmethod/phoneappnotification"


@pytest.fixture
def sessions(clock: SetClock) -> Sessions:
    return Sessions(Sealer(SECRET, clock.now).purpose("session"), timedelta(hours=8))


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


def test_ids_are_128_random_bits():
    ids = {new_session_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(each) for each in ids} == {22}


BY_PASSWORD = start_session(USER, NOON)
BY_BOTH = start_session(USER, NOON, kept=True).with_second_factor(METHOD, NOON)


@pytest.mark.parametrize("session", [BY_PASSWORD, BY_BOTH], ids=["password", "second factor"])
def test_a_cookie_reads_back_as_it_was(session, sessions):
    assert sessions.read(sessions.write(session, NOON)) == session


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
    cookie = sessions.write(raised, clock.now())

    assert sessions.left(raised, clock.now()) == timedelta(hours=1)
    clock.advance(minutes=59)
    assert sessions.read(cookie) == raised
    clock.advance(minutes=1)
    assert sessions.read(cookie) is None


def test_one_that_is_over_cannot_be_written_alive(clock, sessions):
    session = Session("id", USER, NOON - timedelta(hours=9))
    assert sessions.read(sessions.write(session, clock.now())) is None
