"""The sign-in as a WSGI middleware before Flask: its usual requests need no framework.

It answers what :func:`idp.signin.host.routes` has at a fixed address, and hands everything else on:
other addresses and methods, files, WebSockets. Flask answers those with the views of ``views.py``,
by the same steps of :class:`~idp.web.edge.Edge` and :class:`~idp.signin.host.SignInHost`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException, InternalServerError

from adapter.errors import TallystickError
from idp.signin.host import NAME, Endpoint, SignInHost, routes, take_untyped_body_for_form
from idp.web.answer import Answer, Header
from idp.web.edge import Edge, http_error, log_unforeseen
from idp.web.exchange import Exchange, Received
from idp.web.wsgi_adapter import all_headers, send

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class SignInEntry:
    """WSGI middleware: answers requests for *host* itself, and leaves others to *app*."""

    def __init__(self, app: WSGIApplication, host: SignInHost, edge: Edge) -> None:
        self._app = app
        self._host = host
        self._edge = edge
        self._routes = {
            (method, path): (f"{NAME}.{name}", endpoint)
            for path, name, endpoint, methods in routes(host.endpoints)
            for method in methods
            if "<" not in path
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        route = self._routes.get((environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")))
        if route is None or "HTTP_UPGRADE" in environ:
            return self._app(environ, start_response)
        edge, received = self._edge, Received(environ)
        try:
            exchange = Exchange(received, edge.proxies, edge.counters)
            return send(*self._answer(exchange, *route), start_response)
        finally:
            received.close()
            edge.end()

    def _answer(
        self, exchange: Exchange, name: str, endpoint: Endpoint
    ) -> tuple[Answer, list[Header]]:
        """Return the answer and its headers; what fails unforeseen is answered with 500."""
        try:
            refusal = self._edge.begin(exchange)
            answer = refusal or self._ask(exchange, endpoint)
            headers = all_headers(answer, exchange.received.cookies)
            self._end(exchange, name, answer)
        except Exception as error:
            log_unforeseen(exchange, error)
        else:
            return answer, headers
        answer = http_error(exchange, InternalServerError())
        try:
            self._end(exchange, name, answer)
        except Exception as error:
            log_unforeseen(exchange, error)
        return answer, all_headers(answer, exchange.received.cookies)

    def _ask(self, exchange: Exchange, endpoint: Endpoint) -> Answer:
        host = self._host
        try:
            self._edge.check(exchange)
            host.begin(exchange.head())
            take_untyped_body_for_form(exchange.received)
            return host.answer(exchange.request(), endpoint)
        except TallystickError as error:
            return host.answer_error(error, exchange.head())
        except HTTPException as error:
            return http_error(exchange, error)

    def _end(self, exchange: Exchange, name: str, answer: Answer) -> None:
        location = answer.header("Location") or ""
        self._host.end(exchange.head(), status=answer.status, location=location)
        self._edge.answered(exchange, name, answer.status)
