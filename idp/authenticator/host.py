"""The Flask blueprint of ``/authenticator/``: the page, its files, and the API's HTTP side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from adapter.errors import TallystickError
from idp.authenticator.api import Api, instant, pending_ids
from idp.authenticator.bodies import LONGEST_BODY
from idp.authenticator.gate import Gate
from idp.authenticator.waiting import RoomFull, WaitingRoom
from idp.services import Services

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
    "already_answered":   409,
    "request_expired":    410,
    "number_required":    422,
    "store_unavailable":  503,
}  # fmt: skip
"""How each refusal is told; any other is 409: understood, but not possible now."""


def make_blueprint(services: Services, *, threads: int) -> Blueprint:
    """Return the host. At most ¾ of *threads* wait for news at the same time."""
    host = Blueprint(
        "authenticator",
        __name__,
        url_prefix="/authenticator",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    room = WaitingRoom(lambda users: pending_ids(services, users), places=max(1, threads * 3 // 4))
    host.add_url_rule("/", "phone", lambda: _page(services), methods=["GET"])
    _add_api(host, services, Api(services, Gate(services), room))
    return host


def _page(services: Services) -> ResponseReturnValue:
    return render_template("authenticator/phone.html", base_url=services.config.server.base_url)


def _add_api(host: Blueprint, services: Services, api: Api) -> None:
    calls: dict[str, tuple[str, Callable[..., dict[str, Any]]]] = {
        "activate": ("POST", api.activate),
        "account": ("GET", api.account),
        "pending": ("GET", api.pending),
        "answer": ("POST", api.answer),
    }

    def call(name: str) -> ResponseReturnValue:
        method, view = calls.get(name, ("", None))
        if view is None:
            return _refusal(services, "no_such_call", "There is no such call", 404)
        if request.method != method:
            refusal = _refusal(services, "wrong_method", f"{name} is called by {method}", 405)
            refusal.headers["Allow"] = method
            return refusal
        request.max_content_length = LONGEST_BODY
        return _answered(services, view)

    host.add_url_rule(
        "/api/<path:name>",
        "api",
        call,
        methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        provide_automatic_options=False,
    )


def _answered(services: Services, view: Callable[..., dict[str, Any]]) -> Response:
    try:
        return _json(services, view(request), 200)
    except RoomFull:
        return Response(status=204, headers={"Retry-After": "1"})
    except TallystickError as error:
        status = STATUS.get(error.code, 409)
        return _refusal(services, error.code, error.problem, status, error.remedy)
    except HTTPException as error:  # a body that is too large, or cut off
        return _refusal(services, "bad_request", error.name, error.code or 400)


def _refusal(
    services: Services, code: str, problem: str, status: int, remedy: str = ""
) -> Response:
    """Answer with an error; ``server_time`` lets a phone whose clock is wrong set it."""
    body = {"error": code, "problem": problem, "remedy": remedy}
    response = _json(services, body, status)
    if status == 503:
        response.headers["Retry-After"] = "1"
    return response


def _json(services: Services, body: dict[str, Any], status: int) -> Response:
    response = jsonify({**body, "server_time": instant(services.clock.now())})
    response.status_code = status
    return response
