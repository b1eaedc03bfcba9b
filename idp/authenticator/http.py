"""The API's HTTP side: which method, which status, and refusals as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Request, Response, jsonify, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from adapter.clock import Clock
from adapter.errors import TallystickError
from idp.authenticator.api import Api, instant
from idp.authenticator.bodies import MAX_BODY_LENGTH, BadRequest
from idp.logs import get_logger
from idp.mfa.waiting import RoomFull
from idp.web.activity import activity_id, client_ip

STATUS = {
    # code                status
    "bad_request":        400,
    "bad_key":            400,
    "bad_platform":       400,
    "bad_version":        400,
    "not_signed":         401,
    "device_unknown":     401,
    "bad_signature":      401,
    "stale_call":         401,
    "call_replayed":      401,
    "user_disabled":      403,
    "wrong_nonce":        403,
    "activation_unknown": 404,
    "unknown_request":    404,
    "no_such_call":       404,
    "wrong_method":       405,
    "already_answered":   409,
    "request_expired":    410,
    "too_large":          413,
    "number_required":    422,
    "store_unavailable":  503,
}  # fmt: skip
"""How each refusal is told; any other is 409: understood, but not possible now."""


class Away(TallystickError):
    """What a stranger is told while the database is away; the cause is for the log alone."""

    code = "store_unavailable"

    def __init__(self) -> None:
        super().__init__("The server cannot answer now", "Try again in a few seconds")


class ApiHttp:
    """The view of ``/authenticator/api/NAME``."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[str, tuple[str, Callable[[Request], dict[str, Any]]]] = {
            "activate": ("POST", api.activate),
            "account": ("GET", api.account),
            "pending": ("GET", api.pending),
            "answer": ("POST", api.answer),
        }

    def __call__(self, name: str) -> Response:
        """Answer one call; a phone is never sent anything but JSON."""
        request.max_content_length = MAX_BODY_LENGTH
        try:
            return self._json(self._view(name)(request), 200)
        except RoomFull:
            return Response(status=204, headers={"Retry-After": "1"})
        except TallystickError as error:
            return self._refusal(name, error, STATUS.get(error.code, 409))
        except HTTPException as error:  # the body is too large, or was cut off
            unread = _unread(error)
            return self._refusal(name, unread, STATUS[unread.code])

    def _view(self, name: str) -> Callable[[Request], dict[str, Any]]:
        if name not in self._calls:
            known = ", ".join(self._calls)
            raise BadRequest("There is no such call", f"Use {known}", code="no_such_call")
        method, view = self._calls[name]
        if request.method != method:
            raise BadRequest("That is not its method", f"Use {method}", code="wrong_method")
        return view

    def _refusal(self, name: str, error: TallystickError, status: int) -> Response:
        """Say why not; the server's time in it lets a phone whose clock is wrong set it."""
        self._log(name, error)
        if status == 503:
            error = Away()
        body = {"error": error.code, "problem": error.problem, "remedy": error.remedy}
        response = self._json(body, status)
        if status == 503:
            response.headers["Retry-After"] = "1"
        if status == 405:
            response.headers["Allow"] = self._calls[name][0]
        return response

    def _log(self, name: str, error: TallystickError) -> None:
        get_logger().info(
            "phone_call_refused",
            call=name if name in self._calls else "",
            code=error.code,
            problem=error.problem,
            client_ip=client_ip(),
            activity_id=activity_id(),
        )

    def _json(self, body: dict[str, Any], status: int) -> Response:
        response = jsonify({**body, "server_time": instant(self._clock.now())})
        response.status_code = status
        return response


def _unread(error: HTTPException) -> BadRequest:
    if isinstance(error, RequestEntityTooLarge):
        return BadRequest(
            "The body is too large", f"Send at most {MAX_BODY_LENGTH} bytes", code="too_large"
        )
    return BadRequest(f"The body cannot be read: {error.name}", "Send it again")
