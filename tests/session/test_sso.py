"""The session: who it is, since when, by which factors, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from support.clock import NOON, SetClock
from support.sessions.sealed_values import sessions as any_sessions

from idp.config.schema import SignInSection
from idp.saml.contexts import PASSWORD_PROTECTED_TRANSPORT
from idp.session.seal import SealBroken, Sealer
from idp.session.sso import (
    Proof,
    Session,
    SessionRules,
    Sessions,
    new_session_id,
    session_rules,
    start_session,
)

SECRET = b"a secret of at least thirty-two bytes"
USER = "user@example.test"
METHOD = "http://schemas.microsoft.com/ws/2012/12/authmethod/phoneappnotification"
PASSKEY = "urn:method:passkey"
PASSWORD = Proof(PASSWORD_PROTECTED_TRANSPORT, NOON)
PUSH = Proof(METHOD, NOON)


@pytest.fixture
def sessions(clock: SetClock) -> Sessions:
    return sessions_by(clock, SessionRules(timedelta(hours=8), timedelta(days=1)))


def sessions_by(clock: SetClock, rules: SessionRules) -> Sessions:
    return Sessions(Sealer(SECRET, clock.now).purpose("session"), rules, clock.now)


def test_a_new_session_has_the_primary_proof_alone():
    session = start_session(USER, PASSWORD)
    assert (session.user, session.primary, session.authenticated_at) == (USER, PASSWORD, NOON)
    assert (session.second, session.kept) == (None, False)


def test_the_second_factor_changes_the_session_id():
    later = NOON + timedelta(minutes=1)
    first = start_session(USER, PASSWORD, kept=True)
    second = first.with_second_factor(Proof(METHOD, later))

    assert second.id != first.id
    assert (second.user, second.primary, second.kept) == (USER, PASSWORD, True)
    assert (second.second, second.authenticated_at) == (Proof(METHOD, later), later)


def test_the_root_of_a_session_stays_and_is_unique():
    first = start_session(USER, PASSWORD)
    assert first.with_second_factor(PUSH).root == first.root
    assert start_session(USER, PASSWORD).root != first.root != first.id


def test_a_user_who_gives_the_password_again_keeps_the_session_and_another_user_does_not():
    first = start_session(USER, PASSWORD)
    again = start_session(USER, PASSWORD, previous=first)
    assert (again.root, again.id != first.id, again.second) == (first.root, True, None)
    assert start_session("other@example.test", PASSWORD, previous=first).root != first.root


def test_a_cookie_without_a_root_has_its_id_as_the_root(clock, sessions):
    seal = Sealer(SECRET, clock.now).purpose("session")
    values = {"id": "old", "user": USER, "password_at": NOON.timestamp()}
    cookie = seal.seal({**values, "mfa_at": None, "mfa_method": None})
    assert sessions.read(cookie).root == "old"


def test_a_cookie_that_does_not_say_so_is_not_of_a_kept_session(clock, sessions):
    """Else it would last as long as one."""
    seal = Sealer(SECRET, clock.now).purpose("session")
    values = {"id": "old", "user": USER, "password_at": NOON.timestamp()}
    session = sessions.read(seal.seal({**values, "mfa_at": None, "mfa_method": None}))

    assert session.kept is False
    assert sessions.remaining(session) == timedelta(hours=8)


def test_the_rules_are_those_of_the_configuration():
    since = NOON - timedelta(days=1)
    plain = session_rules(SignInSection(session_minutes=90))
    kept = session_rules(
        SignInSection(
            session_minutes=90,
            keep_me_signed_in=True,
            keep_me_signed_in_minutes=600,
            kept_sessions_since=since,
        )
    )

    assert plain == SessionRules(timedelta(minutes=90), None, None)
    assert kept == SessionRules(timedelta(minutes=90), timedelta(minutes=600), since)


def test_without_a_lifetime_of_kept_sessions_they_have_ended(clock):
    rules = SessionRules(timedelta(hours=8))
    kept, plain = (start_session(USER, PASSWORD, kept=kept) for kept in (True, False))

    assert rules.remaining(kept, NOON) == timedelta()
    assert rules.remaining(plain, NOON) == timedelta(hours=8)


def test_ids_are_128_random_bits():
    ids = {new_session_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(each) for each in ids} == {22}


BY_PASSWORD = start_session(USER, PASSWORD)
BY_BOTH = start_session(USER, PASSWORD, kept=True).with_second_factor(PUSH)
BY_PASSKEY = start_session(USER, Proof(PASSKEY, NOON)).with_second_factor(PUSH)


@given(any_sessions)
def test_a_cookie_reads_back_as_it_was_in_every_field(session):
    now = session.primary.at
    rules = SessionRules(timedelta(hours=8), timedelta(days=1))
    sessions = Sessions(Sealer(SECRET, lambda: now).purpose("session"), rules, lambda: now)

    assert sessions.read(sessions.write(session)) == session


class OlderVersion:
    """Reads and writes session cookies as the version before did, which knows passwords only."""

    def __init__(self, clock: SetClock) -> None:
        self._seal = Sealer(SECRET, clock.now).purpose("session")
        self._now = clock.now

    def write(self, mfa_at: datetime | None = None, mfa_method: str | None = None) -> str:
        return self._seal.seal(
            {
                "id": "old",
                "user": USER,
                "password_at": NOON.timestamp(),
                "mfa_at": mfa_at.timestamp() if mfa_at else None,
                "mfa_method": mfa_method,
                "kept": True,
                "root": "root",
            },
            lifetime=timedelta(hours=8),
        )

    def read(self, cookie: str) -> dict[str, object] | None:
        try:
            values = self._seal.open(cookie)
        except SealBroken:
            return None
        password_at = datetime.fromtimestamp(values["password_at"], UTC)
        if password_at + timedelta(hours=8) <= self._now():
            return None
        mfa_at = values["mfa_at"]
        return {
            "id": values["id"],
            "user": values["user"],
            "password_at": password_at,
            "mfa_at": datetime.fromtimestamp(mfa_at, UTC) if mfa_at is not None else None,
            "mfa_method": values["mfa_method"],
            "kept": values.get("kept", False),
            "root": values.get("root", values["id"]),
        }


def test_a_cookie_of_the_version_before_is_read(clock, sessions):
    old = OlderVersion(clock)

    assert sessions.read(old.write()) == Session("old", USER, PASSWORD, None, True, "root")
    both = sessions.read(old.write(NOON, METHOD))
    assert both == Session("old", USER, PASSWORD, PUSH, True, "root")


@pytest.mark.parametrize("session", [BY_PASSWORD, BY_BOTH], ids=["password", "second factor"])
def test_the_version_before_reads_our_cookies(session, clock, sessions):
    assert OlderVersion(clock).read(sessions.write(session)) == {
        "id": session.id,
        "user": USER,
        "password_at": NOON,
        "mfa_at": session.second.at if session.second else None,
        "mfa_method": session.second.method if session.second else None,
        "kept": session.kept,
        "root": session.root,
    }


def test_the_version_before_takes_no_other_method_for_a_password(clock, sessions):
    cookie = sessions.write(BY_PASSKEY)

    assert sessions.read(cookie) == BY_PASSKEY
    assert OlderVersion(clock).read(cookie) is None


@pytest.mark.parametrize(
    "values", [{}, {"primary": None}, {"id": "x", "user": USER, "primary": {}, "second": None}]
)
def test_a_cookie_that_this_version_cannot_read_is_no_session(values, clock, sessions):
    seal = Sealer(SECRET, clock.now).purpose("session")
    assert sessions.read(seal.seal(values)) is None


@pytest.mark.parametrize("cookie", [None, "", "x", "a.b", "\0"])
def test_any_other_cookie_is_no_session(cookie, sessions):
    assert sessions.read(cookie) is None


def test_a_value_sealed_for_another_purpose_is_no_session(clock, sessions):
    seal = Sealer(SECRET, clock.now).purpose("second-factor-context")
    assert sessions.read(seal.seal({"id": "x", "user": USER})) is None


def test_a_session_lasts_from_the_primary_proof_whatever_comes_later(clock, sessions):
    session = start_session(USER, PASSWORD)
    clock.advance(hours=7)
    raised = session.with_second_factor(Proof(METHOD, clock.now()))
    cookie = sessions.write(raised)

    assert sessions.remaining(raised) == timedelta(hours=1)
    clock.advance(minutes=59)
    assert sessions.read(cookie) == raised
    clock.advance(minutes=1)
    assert sessions.read(cookie) is None


def test_a_session_that_is_over_is_not_read_again(clock, sessions):
    session = Session("id", USER, Proof(METHOD, NOON - timedelta(hours=9)))
    assert sessions.read(sessions.write(session)) is None


KEPT = start_session(USER, PASSWORD, kept=True)


def test_a_kept_session_has_its_own_lifetime(clock, sessions):
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


def test_a_session_from_the_moment_of_the_cutoff_lasts(clock):
    rules = SessionRules(timedelta(hours=8), timedelta(days=1), NOON)
    sessions = sessions_by(clock, rules)
    assert sessions.read(sessions.write(KEPT)) == KEPT


def test_looser_rules_lengthen_none_that_was_given(clock, sessions):
    cookie = sessions.write(KEPT)
    clock.advance(days=1)
    longer = sessions_by(clock, SessionRules(timedelta(hours=8), timedelta(days=7)))
    assert longer.read(cookie) is None


def test_a_session_that_was_read_before_ends_all_the_same(clock, sessions):
    """What a cookie says is remembered: neither its own end nor that of the rules is."""
    looser = sessions_by(clock, SessionRules(timedelta(hours=9), timedelta(days=7)))
    cookies = {BY_PASSWORD: sessions.write(BY_PASSWORD), KEPT: looser.write(KEPT)}
    clock.advance(hours=7, minutes=59)
    assert all(looser.read(cookie) == each for each, cookie in cookies.items())
    assert sessions.read(cookies[KEPT]) == KEPT

    clock.advance(minutes=1)
    assert looser.read(cookies[BY_PASSWORD]) is None
    clock.advance(hours=16)
    assert (sessions.read(cookies[KEPT]), looser.read(cookies[KEPT])) == (None, KEPT)


def test_the_longest_is_the_longer_of_the_two():
    def lifetime(kept_minutes: int, *, kept: bool = True) -> timedelta:
        settings = SignInSection(keep_me_signed_in=kept, keep_me_signed_in_minutes=kept_minutes)
        return settings.session_lifetime

    assert lifetime(2880, kept=False) == timedelta(hours=8)
    assert lifetime(2880) == timedelta(days=2)
    assert lifetime(1) == timedelta(hours=8)
