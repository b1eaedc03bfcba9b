"""Reads the bodies of REST requests: a JSON object and its members, or plain bytes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from adapter.errors import TallystickError

UNTYPED = ("", "application/x-www-form-urlencoded", "text/plain", "application/octet-stream")
"""The content types that programs send unless they are told another, as curl does."""
MAX_TYPE_SHOWN = 60


class BadBody(TallystickError):
    """Raised for a body that is not JSON, not an object, or has other members than it may."""

    code = "bad_body"


class WrongBodyType(TallystickError):
    """Raised for a body whose content type says that it is no JSON."""

    code = "unsupported_media_type"


class BodyTooLarge(TallystickError):
    """Raised for a body above the limit of all requests (:data:`idp.web.app.MAX_BODY_LENGTH`)."""

    code = "body_too_large"


def bytes_of_body() -> bytes:
    """Return the body; raises :class:`BodyTooLarge`."""
    try:
        return request.get_data()
    except RequestEntityTooLarge:
        raise BodyTooLarge("The body is too large", "Send less") from None


def json_object(keys: Collection[str] | None = None) -> dict[str, Any]:
    """Return the body's JSON object; raises :class:`BadBody` if it has other keys than *keys*."""
    bytes_of_body()
    if not (request.is_json or request.mimetype in UNTYPED):
        raise WrongBodyType(
            f"The body is of the type {request.mimetype[:MAX_TYPE_SHOWN]!r}",
            "Send JSON, with Content-Type: application/json",
        )
    try:
        body = request.get_json(force=True)
    except (BadRequest, RecursionError):  # the latter for ten thousand brackets
        body = None
    if not isinstance(body, dict):
        raise BadBody("The body is not a JSON object", 'Send one like {"name": "value"}')
    unknown = sorted(set(body) - set(keys)) if keys is not None else []
    if unknown:
        raise BadBody(f"The body holds {unknown[0][:40]!r}", f"Send {', '.join(keys or ())}")
    return body


def text_of(body: Mapping[str, Any], name: str) -> str | None:
    """Return the text *name* of *body*, None if it is absent."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadBody(f"{name} is not a text", f'Send "{name}": "…"')
    return value


def flag_of(body: Mapping[str, Any], name: str) -> bool:
    """Return the flag *name* of *body*, false if it is absent."""
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise BadBody(f"{name} is neither true nor false", f'Send "{name}": true')
    return value


def optional_flag_of(body: Mapping[str, Any], name: str) -> bool | None:
    """Return the flag *name* of *body*, None if it is absent."""
    return None if body.get(name) is None else flag_of(body, name)


def integer_of(body: Mapping[str, Any], name: str) -> int | None:
    """Return the whole number *name* of *body*, None if it is absent."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadBody(f"{name} is not a whole number", f'Send "{name}": 60')
    return value


def texts_of(body: Mapping[str, Any], name: str) -> list[str] | None:
    """Return the list of texts *name* of *body*, None if it is absent."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadBody(f"{name} is not a list of texts", f'Send "{name}": ["…"]')
    return value
