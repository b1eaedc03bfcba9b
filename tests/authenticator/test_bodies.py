"""Reading what a phone sends, without a server."""

from __future__ import annotations

import base64
import json

import pytest
from support.adapters.mfa_node import public_key

from idp.authenticator.bodies import (
    MAX_BODY_LENGTH,
    MAX_WAIT,
    Answer,
    BadRequest,
    PendingQuery,
    read_activation,
    read_answer,
    read_dismissal,
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
    with pytest.raises(BadRequest, match="'wait' is a number of seconds, 'seen' a list of"):
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
    ("body", "problem"),
    [
        (b"", "The body is not JSON"),
        (b"\xff", "The body is not JSON"),
        (b"[" * 100_000, "The body is not JSON"),
        (b"[]", "The body is not a JSON object"),
        (b'{"id": "r1", "id": "r2"}', "The body has a field twice"),
        ({"more": 1}, "The body has other fields than decision, id, nonce, number, report"),
        ({"report": True}, "'report' is true only beside a denial"),
        ({"report": "yes"}, "'report' is true or false"),
        ({"decision": "maybe"}, "'decision' is missing or does not have its shape"),
        ({"number": 42}, "'number' is missing or does not have its shape"),
        ({"nonce": "\u202e"}, "'nonce' is missing or does not have its shape"),
        ({"id": None}, "'id' is missing or does not have its shape"),
    ],
)
def test_an_answer_of_another_shape_is_refused_and_told_why(body, problem):
    if isinstance(body, dict):
        body = json.dumps({**ANSWER, **body}).encode()

    with pytest.raises(BadRequest) as refused:
        read_answer(body)

    assert (refused.value.problem, refused.value.code) == (problem, "bad_request")
    assert refused.value.remedy


def test_a_body_has_at_most_eight_kilobytes():
    assert MAX_BODY_LENGTH == 8192


def test_an_activation_brings_a_p256_key():
    key = public_key()
    fields = {"code": "123456789", "platform": "ios", "app_version": "6.5.85", "name": "Phone"}

    def body(encoded: str) -> bytes:
        return json.dumps({**fields, "public_key": encoded}).encode()

    read = read_activation(body(base64.b64encode(key).decode()))

    assert (read.public_key, read.code, read.name) == (key, "123456789", "Phone")
    assert not read.broker
    fields["broker"] = True
    assert read_activation(body(base64.b64encode(key).decode())).broker
    fields["broker"] = "yes"
    with pytest.raises(BadRequest):
        read_activation(body(base64.b64encode(key).decode()))
    del fields["broker"]
    with pytest.raises(SignatureRefused) as refused:
        read_activation(body("AAAA"))
    assert refused.value.code == "bad_key"


def test_a_dismissal_names_a_notice():
    assert read_dismissal(b'{"id": "n-1"}') == "n-1"


@pytest.mark.parametrize("body", [b"{}", b'{"id": ""}', b'{"id": 1}', b'{"id": "a", "b": 1}', b"["])
def test_a_dismissal_of_anything_else_is_refused(body):
    with pytest.raises(BadRequest):
        read_dismissal(body)
