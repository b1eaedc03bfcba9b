"""Request bodies are read whole; few requests may wait for one, and fewer of one client."""

from __future__ import annotations

import io
from contextlib import ExitStack

import pytest
from werkzeug.test import EnvironBuilder

from idp.config.schema import ProxiesSection
from idp.serving.body_buffering import (
    MAX_WAITING_BODIES,
    MAX_WAITING_BODIES_OF_CLIENT,
    BodyBuffer,
    BodySlots,
    TooManyBodies,
)
from idp.web.app import MAX_BODY_LENGTH


def hold(slots: BodySlots, stack: ExitStack, client: str, times: int) -> None:
    for _ in range(times):
        stack.enter_context(slots.hold(client))


def test_one_client_gets_its_own_slots_and_leaves_the_others_theirs():
    slots = BodySlots(lambda client: False)
    with ExitStack() as stack:
        hold(slots, stack, "192.0.2.1", MAX_WAITING_BODIES_OF_CLIENT)
        with pytest.raises(TooManyBodies):
            hold(slots, stack, "192.0.2.1", 1)
        hold(slots, stack, "192.0.2.2", MAX_WAITING_BODIES_OF_CLIENT)
        stack.close()
        hold(slots, stack, "192.0.2.1", MAX_WAITING_BODIES_OF_CLIENT)


def test_all_clients_together_get_no_more_slots_than_there_are():
    slots = BodySlots(lambda client: False)
    with ExitStack() as stack:
        for number in range(MAX_WAITING_BODIES):
            hold(slots, stack, f"192.0.2.{number}", 1)
        with pytest.raises(TooManyBodies):
            hold(slots, stack, "198.51.100.1", 1)


def test_a_proxy_may_take_all_slots_and_clients_without_a_slot_are_forgotten():
    slots = BodySlots(lambda client: True)
    with ExitStack() as stack:
        hold(slots, stack, "127.0.0.1", MAX_WAITING_BODIES)
        with pytest.raises(TooManyBodies):
            hold(slots, stack, "127.0.0.1", 1)

    assert not slots._taken


def read_by_app(body: bytes, **environ: str) -> bytes:
    """Return what an application behind the buffer reads."""

    def app(environ, start_response):
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]

    asked = EnvironBuilder(method="POST", data=body).get_environ()
    asked |= {"REMOTE_ADDR": "192.0.2.1", "wsgi.input": Drops(body), **environ}
    return b"".join(BodyBuffer(app, ProxiesSection())(asked, lambda *_: None))


class Drops(io.BytesIO):
    """A body that comes in small parts."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(7 if size is None or size < 0 else min(size, 7))


def test_the_application_reads_the_whole_body_at_once():
    assert read_by_app(b"UserName=alice&Password=secret") == b"UserName=alice&Password=secret"


@pytest.mark.parametrize("length", ["6", "0" * 30 + "6"])
def test_a_length_with_leading_zeros_is_a_length(length):
    assert read_by_app(b"more than seven", CONTENT_LENGTH=length) == b"more than seven"


def test_a_body_without_a_length_is_read_up_to_the_limit():
    body = b"x" * (MAX_BODY_LENGTH + 100)

    assert (
        read_by_app(b"chunked", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked") == b"chunked"
    )
    taken = read_by_app(body, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert len(taken) == MAX_BODY_LENGTH + 1


@pytest.mark.parametrize("length", ["", "0", "x", "-1", str(MAX_BODY_LENGTH + 1)])
def test_a_body_that_the_application_would_not_read_is_not_buffered(length):
    assert read_by_app(b"a body of some length", CONTENT_LENGTH=length) == b"a body "
