"""The signed API as a host: the method and status of each call, and refusals as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from adapter.errors import TallystickError, Unavailable
from idp.audit.verbose import VerboseAudit
from idp.audit.writer import AuditWriter
from idp.authenticator.api import Api
from idp.authenticator.authentication import RequestAuthentication
from idp.authenticator.bodies import MAX_BODY_LENGTH, BadRequest
from idp.authenticator.replies import Reply
from idp.authenticator.request_signing import API
from idp.counters import log_and_count
from idp.instants import json_instant
from idp.mfa.phone_wait import PhoneWait
from idp.mfa.waiting import RoomFull
from idp.services import Services
from idp.session.node import AnsweringNode
from idp.web.answer import Answer, Header
from idp.web.exchange import Exchange
from idp.web.host import Host, Route
from idp.web.http_status import NO_CONTENT, RETRY_SOON, retry_after, status_of
from idp.web.web_request import WebRequest

ENDPOINT = "api"
"""The name of Flask's endpoint for all calls."""

CONFLICT = 409
"""For every code without a status of its own: the call was understood, but is not possible now."""

_JSON = ("Content-Type", "application/json")
_write_json = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


class ServerAway(Unavailable):
    """The answer while the database is away. The cause is for the log, not for a stranger."""

    code = "store_unavailable"

    def __init__(self) -> None:
        super().__init__("The server cannot answer now", "Try again in a few seconds")


class ApiHost(Host):
    """Answers ``/authenticator/api/NAME``, always with JSON or with nothing."""

    __slots__ = ("_calls", "_clock", "_counters", "_database", "_return_times")

    def __init__(self, api: Api, services: Services) -> None:
        self._clock = services.clock
        self._counters = services.counters
        self._return_times = services.admission.refused_phones
        self._database = services.database
        self._calls: dict[str, tuple[str, Callable[[WebRequest], Reply]]] = {
            "activate": ("POST", api.activate),
            "account": ("GET", api.account),
            "pending": ("GET", api.pending),
            "answer": ("POST", api.answer),
            "dismiss": ("POST", api.dismiss),
        }

    def fixed_routes(self) -> Iterator[Route]:
        """Return each call by its own method."""
        for name, (method, _) in self._calls.items():
            answer = partial(self.answer, name)
            yield Route(method, API + name, f"authenticator.{ENDPOINT}", self, answer)

    def answer(self, name: str, exchange: Exchange) -> Answer:
        """Answer the call *name*, or whatever else is asked for below the API's address."""
        try:
            with self._database.of_request():
                view = self._view(name, exchange.received.method)
                return self._json(view(exchange.request_with_body(MAX_BODY_LENGTH)))
        except RoomFull:
            pause = retry_after(self._return_times.next_seconds())
            return Answer(status=NO_CONTENT, headers=(pause,))
        except TallystickError as error:
            return self._refusal(name, error, exchange)
        except HTTPException as error:  # the body is too large, or was cut off
            return self._refusal(name, _unread(error), exchange)

    def _view(self, name: str, method: str) -> Callable[[WebRequest], Reply]:
        if name not in self._calls:
            known = ", ".join(self._calls)
            raise BadRequest("There is no such call", f"Use {known}", code="no_such_call")
        right, view = self._calls[name]
        if method != right:
            raise BadRequest("This call has another method", f"Use {right}", code="wrong_method")
        return view

    def _refusal(self, name: str, error: TallystickError, exchange: Exchange) -> Answer:
        """Return the refusal as JSON; with ``server_time`` a phone can correct its clock."""
        self._log(name, error, exchange)
        headers: tuple[Header, ...] = ()
        if isinstance(error, Unavailable):
            error, headers = ServerAway(), (RETRY_SOON,)
        status = status_of(error, CONFLICT)
        if status == 405:
            headers = (("Allow", self._calls[name][0]),)
        body = {"error": error.code, "problem": error.problem, "remedy": error.remedy}
        return self._json(body, status, headers)

    def _log(self, name: str, error: TallystickError, exchange: Exchange) -> None:
        log_and_count(
            self._counters,
            "phone_call_refused",
            level="info",
            call=name if name in self._calls else "",
            code=error.code,
            problem=error.problem,
            client_ip=exchange.request_context.shown_ip,
            activity_id=exchange.activity.id,
        )

    def _json(self, reply: Reply, status: int = 200, headers: tuple[Header, ...] = ()) -> Answer:
        told = {**reply, "server_time": json_instant(self._clock.now(), "milliseconds")}
        return Answer(f"{_write_json(told)}\n".encode(), status, (_JSON, *headers))


def build_host(services: Services) -> ApiHost:
    """Return the API, whose waiting phones are let go when the server ends."""
    wait = PhoneWait(services.mfa.push, room=services.admission.phones)
    services.ending.callback(wait.close)
    config = services.config
    verbose = VerboseAudit(is_on=config.logging.audit == "verbose")
    api = Api(
        services,
        RequestAuthentication(services),
        wait,
        AuditWriter(services.sign_ins, services.clock, verbose, services.counters),
        AnsweringNode(config.server, services.farm),
    )
    return ApiHost(api, services)


def _unread(error: HTTPException) -> BadRequest:
    if isinstance(error, RequestEntityTooLarge):
        return BadRequest(
            "The body is too large", f"Send at most {MAX_BODY_LENGTH} bytes", code="too_large"
        )
    return BadRequest(f"The body cannot be read: {error.name}", "Send it again")
