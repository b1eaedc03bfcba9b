"""Bodies are taken in whole; who sends them slowly has few places, and one client fewer still."""

from __future__ import annotations

import io
from contextlib import ExitStack

import pytest
from werkzeug.test import EnvironBuilder

from idp.config.schema import Proxies
from idp.serving.body_buffering import PLACES, PLACES_OF_ONE_CLIENT, BodyBuffer, Room, RoomFull
from idp.web.app import MAX_BODY_LENGTH


def hold(room: Room, stack: ExitStack, client: str, times: int) -> None:
    for _ in range(times):
        stack.enter_context(room.place(client))


def test_one_client_gets_no_more_than_its_places_and_others_theirs():
    room = Room(lambda client: False)
    with ExitStack() as stack:
        hold(room, stack, "192.0.2.1", PLACES_OF_ONE_CLIENT)
        with pytest.raises(RoomFull):
            hold(room, stack, "192.0.2.1", 1)
        hold(room, stack, "192.0.2.2", PLACES_OF_ONE_CLIENT)
        stack.close()
        hold(room, stack, "192.0.2.1", PLACES_OF_ONE_CLIENT)


def test_all_together_get_no_more_than_there_are():
    room = Room(lambda client: False)
    with ExitStack() as stack:
        for number in range(PLACES):
            hold(room, stack, f"192.0.2.{number}", 1)
        with pytest.raises(RoomFull):
            hold(room, stack, "198.51.100.1", 1)


def test_a_proxy_may_fill_the_room_and_memory_holds_nobody_who_has_gone():
    room = Room(lambda client: True)
    with ExitStack() as stack:
        hold(room, stack, "127.0.0.1", PLACES)
        with pytest.raises(RoomFull):
            hold(room, stack, "127.0.0.1", 1)

    assert not room._taken


def answered(body: bytes, **environ: str) -> bytes:
    """What an application behind the intake reads."""

    def app(environ, start_response):
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]

    asked = EnvironBuilder(method="POST", data=body).get_environ()
    asked |= {"REMOTE_ADDR": "192.0.2.1", "wsgi.input": Drops(body), **environ}
    return b"".join(BodyBuffer(app, Proxies())(asked, lambda *_: None))


class Drops(io.BytesIO):
    """A body that comes in small parts."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(7 if size is None or size < 0 else min(size, 7))


def test_the_application_reads_the_whole_body_at_once():
    assert answered(b"UserName=alice&Password=secret") == b"UserName=alice&Password=secret"


@pytest.mark.parametrize("length", ["6", "0" * 30 + "6"])
def test_a_length_with_many_noughts_is_one_too(length):
    assert answered(b"more than seven", CONTENT_LENGTH=length) == b"more than seven"


def test_a_body_without_a_length_is_taken_in_to_the_limit():
    body = b"x" * (MAX_BODY_LENGTH + 100)

    assert answered(b"chunked", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked") == b"chunked"
    taken = answered(body, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert len(taken) == MAX_BODY_LENGTH + 1


@pytest.mark.parametrize("length", ["", "0", "x", "-1", str(MAX_BODY_LENGTH + 1)])
def test_what_the_application_would_not_read_is_left_to_it(length):
    assert answered(b"a body of some length", CONTENT_LENGTH=length) == b"a body "
