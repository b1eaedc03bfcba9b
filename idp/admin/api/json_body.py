"""Reads the bodies of REST requests: a JSON object, or plain bytes."""

from __future__ import annotations

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
    """Raised for a body above the limit of all requests, :mod:`idp.web.body_limits`."""

    code = "body_too_large"


def bytes_of_body() -> bytes:
    """Return the body; raises :class:`BodyTooLarge`."""
    try:
        return request.get_data()
    except RequestEntityTooLarge:
        raise BodyTooLarge("The body is too large", "Send less") from None


def json_object() -> dict[str, Any]:
    """Return the body's JSON object, whose members a model checks (:mod:`idp.admin.api.model`).

    Raises :class:`WrongBodyType`, :class:`BodyTooLarge` and :class:`BadBody`.
    """
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
    return body
