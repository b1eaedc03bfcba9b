"""An administrator's session and its tokens against forgery."""

from __future__ import annotations

import pytest

from idp.admin.session import AdminSessions
from idp.management.admin_token import AdminToken
from idp.session.seal import Sealer

TOKEN = AdminToken(b"t" * 32)


@pytest.fixture
def sealer(clock):
    return Sealer(b"s" * 32, clock.now)


@pytest.fixture
def admin_sessions(sealer, once):
    return AdminSessions(sealer, once)


def test_a_session_lasts_eight_hours_and_not_longer(admin_sessions, clock):
    cookie = admin_sessions.begin(TOKEN, clock.now())

    clock.advance(hours=8, seconds=-1)
    assert admin_sessions.read(cookie, TOKEN) is not None
    clock.advance(seconds=1)
    assert admin_sessions.read(cookie, TOKEN) is None


def test_a_new_token_ends_the_sessions_of_the_old_one(admin_sessions, clock):
    cookie = admin_sessions.begin(TOKEN, clock.now())

    assert admin_sessions.read(cookie, AdminToken(b"n" * 32)) is None


def test_a_session_that_was_signed_out_is_over_for_every_copy_of_its_cookie(admin_sessions, clock):
    cookie = admin_sessions.begin(TOKEN, clock.now())
    other = admin_sessions.begin(TOKEN, clock.now())

    admin_sessions.end(admin_sessions.read(cookie, TOKEN))

    assert admin_sessions.read(cookie, TOKEN) is None
    assert admin_sessions.read(other, TOKEN) is not None


def test_sessions_differ_and_their_csrf_tokens_are_not_interchangeable(admin_sessions, clock):
    mine, yours = (
        admin_sessions.read(admin_sessions.begin(TOKEN, clock.now()), TOKEN) for _ in range(2)
    )

    assert mine.id != yours.id
    assert admin_sessions.is_csrf_token(mine, admin_sessions.csrf_token(mine))
    assert not admin_sessions.is_csrf_token(mine, admin_sessions.csrf_token(yours))


def test_values_of_other_kinds_are_refused(admin_sessions, sealer, clock):
    """A cookie is no CSRF token, a CSRF token no cookie, and no other seal makes either."""
    cookie = admin_sessions.begin(TOKEN, clock.now())
    session = admin_sessions.read(cookie, TOKEN)
    csrf = admin_sessions.csrf_token(session)
    payload = {"id": session.id, "ends_at": session.ends_at.timestamp()}
    foreign = sealer.purpose("sso-session").seal(payload, bound_to=TOKEN.digest.hex())

    assert admin_sessions.read(csrf, TOKEN) is None
    assert admin_sessions.read(foreign, TOKEN) is None
    assert not admin_sessions.is_csrf_token(session, cookie)
    assert not admin_sessions.is_csrf_token(session, "")
