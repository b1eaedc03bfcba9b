"""The Flask class of the web hosts, and the rules that hold for every request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, redirect, request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from idp.web.activity import begin_exchange, current_exchange, end_exchange
from idp.web.body_limits import MAX_BODY_LENGTH, MAX_FORM_PARTS
from idp.web.edge import Edge, http_error, log_unforeseen, missing_headers
from idp.web.exchange import Exchange
from idp.web.flask_adapter import as_response
from idp.web.form_fields import FieldParser
from idp.web.headers import STATIC_MAX_AGE
from idp.web.page_frame import TEMPLATES, install
from idp.web.routes import Route, WholePath

_MAY_BE_CACHED = (200, 304)


class FieldRequest(Request):
    """A request whose form has a bounded number of fields."""

    form_data_parser_class = FieldParser


class App(Flask):
    """Flask for views that are plain functions: it skips the check for coroutines at each call."""

    url_rule_class = Route
    request_class = FieldRequest

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.url_map.converters = {**self.url_map.converters, "path": WholePath}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return *func* unchanged: no view is a coroutine."""
        return func


def harden(app: Flask, edge: Edge | None = None) -> None:
    """Let *edge* begin and end each request of *app*, and give it a body limit.

    A response keeps the headers that it has set itself. An HTTP error that no host handles becomes
    a short page and one log line.
    """
    edge = edge or Edge()
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_LENGTH
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY_LENGTH
    app.config["MAX_FORM_PARTS"] = MAX_FORM_PARTS
    app.extensions["edge"] = edge
    app.extensions["proxies"] = edge.proxies
    _share_templates(app.jinja_env)
    app.before_request(lambda: _begin(edge))
    app.before_request(_redirect_to_canonical_path)
    app.before_request(lambda: edge.check(current_exchange()))
    app.after_request(lambda response: _answered(edge, response))
    app.after_request(_add_headers)  # the last one is called first
    app.teardown_request(lambda _error: _end(edge))
    app.register_error_handler(HTTPException, _http_error)
    app.log_exception = _log_exception  # type: ignore[method-assign]  # Flask's prints a traceback


def _share_templates(environment: Environment) -> None:
    """Let the templates of every host extend ``page.html``, and translate their texts."""
    own = [environment.loader] if environment.loader else []
    environment.loader = ChoiceLoader([*own, FileSystemLoader(TEMPLATES)])
    install(environment)


def _begin(edge: Edge) -> Response | None:
    """Begin a request; a refused one is answered at once."""
    exchange = Exchange(request._get_current_object(), edge.proxies, edge.counters)  # type: ignore[attr-defined]  # of its proxy
    begin_exchange(exchange)
    refusal = edge.begin(exchange)
    return None if refusal is None else as_response(refusal)


def _redirect_to_canonical_path() -> Any:
    """Redirect to the canonical spelling of a path, on this host.

    Flask's own redirect would lead to whatever host the client's ``Host`` header names.
    """
    canonical = request.routing_exception
    if not isinstance(canonical, RequestRedirect):
        return None
    parts = urlsplit(canonical.new_url)
    query = f"?{parts.query}" if parts.query else ""
    return redirect(f"/{parts.path.lstrip('/')}{query}", canonical.code)


def _answered(edge: Edge, response: Response) -> Response:
    edge.answered(current_exchange(), request.endpoint or "", response.status_code)
    return response


def _end(edge: Edge) -> None:
    end_exchange()
    edge.end()


def _add_headers(response: Response) -> Response:
    """Add the headers that *response* does not have; static files may be cached."""
    headers = response.headers
    for name, value in missing_headers(headers, request.cookies):
        headers.add(name, value)
    endpoint = request.endpoint or ""
    if endpoint.endswith("static") and response.status_code in _MAY_BE_CACHED:
        headers["Cache-Control"] = f"public, max-age={STATIC_MAX_AGE}"
    return response


def _http_error(error: HTTPException) -> Any:
    """Answer an HTTP error; a redirect is not one."""
    if error.code is None or error.code < 400:
        return error
    return as_response(http_error(current_exchange(), error))


def _log_exception(exc_info: Any) -> None:
    log_unforeseen(current_exchange(), exc_info[1])
