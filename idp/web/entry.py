"""The entry of all hosts as a WSGI middleware before Flask: usual requests need no framework.

It answers what hosts have at fixed addresses, and hands everything else on: other addresses and
methods, files, WebSockets. Flask answers those by the same steps of :class:`~idp.web.edge.Edge` and
:class:`~idp.web.host.Host`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException, InternalServerError

from adapter.errors import TallystickError
from idp.web.answer import Answer, Header
from idp.web.edge import Edge, http_error, log_unforeseen
from idp.web.exchange import Exchange, Received
from idp.web.host import Route
from idp.web.wsgi_adapter import all_headers, send

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Entry:
    """WSGI middleware: answers requests for *routes* itself, and leaves others to *app*."""

    def __init__(self, app: WSGIApplication, edge: Edge, routes: Iterable[Route]) -> None:
        self._app = app
        self._edge = edge
        self._routes = {(route.method, route.path): route for route in routes}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        route = self._routes.get((environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")))
        if route is None or "HTTP_UPGRADE" in environ:
            return self._app(environ, start_response)
        edge, received = self._edge, Received(environ)
        try:
            exchange = Exchange(received, edge.proxies, edge.counters)
            return send(*self._answer(exchange, route), start_response)
        finally:
            received.close()
            edge.end()

    def _answer(self, exchange: Exchange, route: Route) -> tuple[Answer, list[Header]]:
        """Return the answer and its headers; what fails unforeseen is answered with 500."""
        try:
            refusal = self._edge.begin(exchange)
            answer = refusal or self._ask(exchange, route)
            headers = all_headers(answer, exchange.received.cookies)
            self._end(exchange, route, answer)
        except Exception as error:
            log_unforeseen(exchange, error)
        else:
            return answer, headers
        answer = http_error(exchange, InternalServerError())
        try:
            self._end(exchange, route, answer)
        except Exception as error:
            log_unforeseen(exchange, error)
        return answer, all_headers(answer, exchange.received.cookies)

    def _ask(self, exchange: Exchange, route: Route) -> Answer:
        host = route.host
        try:
            self._edge.check(exchange)
            host.begin(exchange)
            return route.answer(exchange)
        except TallystickError as error:
            return host.answer_error(error, exchange)
        except HTTPException as error:
            return http_error(exchange, error)

    def _end(self, exchange: Exchange, route: Route, answer: Answer) -> None:
        location = answer.header("Location") or ""
        route.host.end(exchange, status=answer.status, location=location)
        self._edge.answered(exchange, route.name, answer.status)
