"""The HTTP side of the API: the method and status of each call, and refusals as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Request, Response, jsonify, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from adapter.errors import TallystickError, Unavailable
from idp.authenticator.api import Api
from idp.authenticator.bodies import MAX_BODY_LENGTH, BadRequest
from idp.counters import log_and_count
from idp.instants import json_instant
from idp.mfa.waiting import RoomFull
from idp.services import Services
from idp.web.activity import activity_id, client_ip
from idp.web.http_status import RETRY_SOON, retry_after, status_of

CONFLICT = 409
"""For every code without a status of its own: the call was understood, but is not possible now."""


class ServerAway(Unavailable):
    """The answer while the database is away. The cause is for the log, not for a stranger."""

    code = "store_unavailable"

    def __init__(self) -> None:
        super().__init__("The server cannot answer now", "Try again in a few seconds")


class ApiHttp:
    """The view of ``/authenticator/api/NAME``."""

    def __init__(self, api: Api, services: Services) -> None:
        self._clock = services.clock
        self._counters = services.counters
        self._return_times = services.admission.refused_phones
        self._database = services.database
        self._calls: dict[str, tuple[str, Callable[[Request], dict[str, Any]]]] = {
            "activate": ("POST", api.activate),
            "account": ("GET", api.account),
            "pending": ("GET", api.pending),
            "answer": ("POST", api.answer),
            "dismiss": ("POST", api.dismiss),
        }

    def __call__(self, name: str) -> Response:
        """Answer one call, always with JSON or with nothing."""
        request.max_content_length = MAX_BODY_LENGTH
        try:
            with self._database.of_request():
                return self._json(self._view(name)(request), 200)
        except RoomFull:
            return Response(status=204, headers=[retry_after(self._return_times.next_seconds())])
        except TallystickError as error:
            return self._refusal(name, error)
        except HTTPException as error:  # the body is too large, or was cut off
            return self._refusal(name, _unread(error))

    def _view(self, name: str) -> Callable[[Request], dict[str, Any]]:
        if name not in self._calls:
            known = ", ".join(self._calls)
            raise BadRequest("There is no such call", f"Use {known}", code="no_such_call")
        method, view = self._calls[name]
        if request.method != method:
            raise BadRequest("This call has another method", f"Use {method}", code="wrong_method")
        return view

    def _refusal(self, name: str, error: TallystickError) -> Response:
        """Return the refusal as JSON; with ``server_time`` a phone can correct its clock."""
        self._log(name, error)
        is_away = isinstance(error, Unavailable)
        if is_away:
            error = ServerAway()
        body = {"error": error.code, "problem": error.problem, "remedy": error.remedy}
        response = self._json(body, status_of(error, CONFLICT))
        if is_away:
            response.headers.add(*RETRY_SOON)
        if response.status_code == 405:
            response.headers["Allow"] = self._calls[name][0]
        return response

    def _log(self, name: str, error: TallystickError) -> None:
        log_and_count(
            self._counters,
            "phone_call_refused",
            level="info",
            call=name if name in self._calls else "",
            code=error.code,
            problem=error.problem,
            client_ip=client_ip(),
            activity_id=activity_id(),
        )

    def _json(self, body: dict[str, Any], status: int) -> Response:
        response = jsonify({**body, "server_time": json_instant(self._clock.now(), "milliseconds")})
        response.status_code = status
        return response


def _unread(error: HTTPException) -> BadRequest:
    if isinstance(error, RequestEntityTooLarge):
        return BadRequest(
            "The body is too large", f"Send at most {MAX_BODY_LENGTH} bytes", code="too_large"
        )
    return BadRequest(f"The body cannot be read: {error.name}", "Send it again")
