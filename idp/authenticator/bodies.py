"""Reads what a phone sends: small JSON objects, in which every field has one type and shape."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from adapter.errors import TallystickError
from idp.authenticator.request_signing import read_public_key

MAX_BODY_LENGTH = 8 * 1024
"""Bytes."""

MAX_WAIT = 25
"""Seconds for which a call is held."""

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}", re.ASCII)
_SHORT = re.compile(r"[^\x00-\x1f\x7f]{0,64}")
_KEY = re.compile(r"[A-Za-z0-9+/=]{1,512}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)
_IDS = re.compile(r"[A-Za-z0-9_.:,-]{0,512}", re.ASCII)
_DECISION = re.compile(r"approve|deny")


class BadRequest(TallystickError):
    """Raised for a body or a query that does not have the shape of the call."""

    code = "bad_request"


@dataclass(frozen=True, slots=True)
class ActivationRequest:
    """What a new phone says about itself, and its activation code; ``public_key`` is DER."""

    code: str
    public_key: bytes
    platform: str
    app_version: str
    name: str
    broker: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A phone's answer to one request; ``report`` says that the request is not the user's."""

    id: str
    nonce: str
    approve: bool
    number: str | None
    report: bool


@dataclass(frozen=True, slots=True)
class PendingQuery:
    """How many seconds a phone waits for requests whose ids are not those it has *seen*."""

    seconds: int
    seen: tuple[str, ...]


def read_activation(body: bytes) -> ActivationRequest:
    """Read the body of ``activate``.

    Raises :class:`BadRequest`, or
    :class:`~idp.authenticator.request_signing.SignatureRefused` for the key.
    """
    fields = _object(body, {"code", "public_key", "platform", "app_version", "name", "broker"})
    return ActivationRequest(
        code=_text(fields, "code", _SHORT),
        public_key=read_public_key(_text(fields, "public_key", _KEY)),
        platform=_text(fields, "platform", _SHORT),
        app_version=_text(fields, "app_version", _SHORT),
        name=_text(fields, "name", _SHORT),
        broker=_flag(fields, "broker"),
    )


def read_answer(body: bytes) -> Answer:
    """Read the body of ``answer``; raises :class:`BadRequest`."""
    fields = _object(body, {"id", "nonce", "decision", "number", "report"})
    approve = _text(fields, "decision", _DECISION) == "approve"
    report = _flag(fields, "report")
    if report and approve:
        _refuse("'report' is true only beside a denial")
    number = None if fields.get("number") is None else _text(fields, "number", _SHORT)
    return Answer(_text(fields, "id", _ID), _text(fields, "nonce", _ID), approve, number, report)


def read_dismissal(body: bytes) -> str:
    """Read the body of ``dismiss`` and return the id of the notice; raises :class:`BadRequest`."""
    return _text(_object(body, {"id"}), "id", _ID)


def read_pending_query(wait: str, seen: str) -> PendingQuery:
    """Read the query of ``pending``; *wait* is cut to :data:`MAX_WAIT`.

    Raises :class:`BadRequest`.
    """
    if not _DIGITS.fullmatch(wait) or not _IDS.fullmatch(seen):
        _refuse("'wait' is a number of seconds, 'seen' a list of request ids")
    return PendingQuery(min(int(wait), MAX_WAIT), tuple(filter(None, seen.split(","))))


def _object(body: bytes, known: set[str]) -> dict[str, Any]:
    try:
        value = _read_json(body.decode())
    except (ValueError, RecursionError):
        _refuse("The body is not JSON")
    if not isinstance(value, dict):
        _refuse("The body is not a JSON object")
    if not value.keys() <= known:
        _refuse(f"The body has other fields than {', '.join(sorted(known))}")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name given twice: two readers of one signed body must see the same."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        _refuse("The body has a field twice")
    return fields


_read_json = json.JSONDecoder(object_pairs_hook=_without_duplicates).decode


def _text(fields: dict[str, Any], name: str, shape: re.Pattern[str]) -> str:
    """Return a text field; lone surrogates and control characters are refused here."""
    value = fields.get(name)
    if not isinstance(value, str) or not shape.fullmatch(value) or not value.isprintable():
        _refuse(f"{name!r} is missing or does not have its shape")
    return value


def _flag(fields: dict[str, Any], name: str) -> bool:
    """Return a field that is true or false; false if it is missing."""
    value = fields.get(name, False)
    if not isinstance(value, bool):
        _refuse(f"{name!r} is true or false")
    return value


def _refuse(problem: str) -> NoReturn:
    raise BadRequest(problem, "Send the fields of the call, each once and in its shape")
