"""Reading what a phone sends, without a server."""

from __future__ import annotations

import base64
import json

import pytest
from support.adapters.mfa_node import public_key

from idp.authenticator.bodies import (
    MAX_WAIT,
    Answer,
    BadRequest,
    PendingQuery,
    read_activation,
    read_answer,
    read_pending_query,
)
from idp.authenticator.request_signing import SignatureRefused

ANSWER = {"id": "r1", "nonce": "n", "decision": "approve"}


@pytest.mark.parametrize(
    ("wait", "seen", "query"),
    [
        ("0", "", PendingQuery(0, ())),
        ("7", "r1", PendingQuery(7, ("r1",))),
        ("25", "r1,r2", PendingQuery(25, ("r1", "r2"))),
        ("999999999", ",", PendingQuery(MAX_WAIT, ())),
    ],
)
def test_a_phone_says_how_long_it_waits_and_what_it_has_seen(wait, seen, query):
    assert read_pending_query(wait, seen) == query


@pytest.mark.parametrize(
    ("wait", "seen"),
    [("", ""), ("-1", ""), ("1.5", ""), ("٣", ""), ("1", "a\0b"), ("1", "x" * 513)],
)
def test_a_query_of_another_shape_is_refused(wait, seen):
    with pytest.raises(BadRequest):
        read_pending_query(wait, seen)


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({}, Answer("r1", "n", approve=True, number=None, report=False)),
        ({"number": "42"}, Answer("r1", "n", approve=True, number="42", report=False)),
        (
            {"decision": "deny", "report": True},
            Answer("r1", "n", approve=False, number=None, report=True),
        ),
    ],
)
def test_an_answer_is_read(more, answer):
    assert read_answer(json.dumps({**ANSWER, **more}).encode()) == answer


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"id": "r1", "id": "r2", "nonce": "n", "decision": "deny"}',
        json.dumps({**ANSWER, "report": True}).encode(),
        json.dumps({**ANSWER, "report": "yes"}).encode(),
        json.dumps({**ANSWER, "decision": "maybe"}).encode(),
        json.dumps({**ANSWER, "more": 1}).encode(),
        json.dumps({**ANSWER, "number": 42}).encode(),
        json.dumps({**ANSWER, "nonce": "\u202e"}).encode(),
    ],
)
def test_an_answer_of_another_shape_is_refused(body):
    with pytest.raises(BadRequest):
        read_answer(body)


def test_an_activation_brings_a_p256_key():
    key = public_key()
    fields = {"code": "123456789", "platform": "ios", "app_version": "6.5.85", "name": "Phone"}

    def body(encoded: str) -> bytes:
        return json.dumps({**fields, "public_key": encoded}).encode()

    read = read_activation(body(base64.b64encode(key).decode()))

    assert (read.public_key, read.code, read.name) == (key, "123456789", "Phone")
    with pytest.raises(SignatureRefused) as refused:
        read_activation(body("AAAA"))
    assert refused.value.code == "bad_key"
