"""Flash messages: for the session that made the change, for a minute, within a cookie's size."""

from __future__ import annotations

from datetime import timedelta

import pytest
from werkzeug import Response
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from idp.admin.cookies import AdminCookies
from idp.admin.flash import COOKIE, LIFETIME, Flash, Flashes
from idp.admin.session import AdminSession
from idp.session.seal import Sealer

FLASH = Flash("sts1", "Set to 20348.350.", ("The build is a preview",))


@pytest.fixture
def flashes(clock) -> Flashes:
    return Flashes(Sealer(b"s" * 32, clock.now), AdminCookies("http://idp.example.test"))


def session(clock, name: str = "mine") -> AdminSession:
    return AdminSession(name, clock.now() + timedelta(hours=1))


def cookie_of(response: Response) -> str:
    return response.headers["Set-Cookie"].partition(";")[0].partition("=")[2]


def bringing(value: str) -> Request:
    return Request(EnvironBuilder(headers={"Cookie": f"{COOKIE}={value}"}).get_environ())


def left_by(flashes: Flashes, owner: AdminSession, flash: Flash = FLASH) -> Request:
    response = Response()
    flashes.leave(response, owner, flash)
    return bringing(cookie_of(response))


def test_a_message_of_one_response_is_shown_by_the_next_request(flashes, clock):
    assert flashes.read(left_by(flashes, session(clock)), session(clock)) == FLASH


def test_another_session_does_not_see_it(flashes, clock):
    assert flashes.read(left_by(flashes, session(clock)), session(clock, "yours")) is None


def test_a_message_expires_after_a_minute(flashes, clock):
    request = left_by(flashes, session(clock))
    clock.advance(seconds=LIFETIME.total_seconds())

    assert flashes.read(request, session(clock)) is None


@pytest.mark.parametrize("value", ["", "x", "a.b.c"])
def test_a_forged_cookie_is_no_message(flashes, clock, value):
    assert flashes.read(bringing(value), session(clock)) is None


def test_long_texts_and_many_warnings_are_cut_to_what_a_cookie_holds(flashes, clock):
    long = Flash("sts1", "x" * 5000, ("y" * 5000,) * 50)

    request = left_by(flashes, session(clock), long)

    assert len(request.headers["Cookie"]) < 4096
    assert flashes.read(request, session(clock)) == Flash("sts1", "x" * 400, ("y" * 400,) * 5)
