"""The Flask class of the web hosts, and the rules that hold for every request."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, redirect, request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from idp.counters import NO_COUNTERS, Counters
from idp.logs import get_logger
from idp.web.activity import activity_id, begin_activity, log_refusal
from idp.web.cookies import repeated_cookie, superseded_cookie_headers
from idp.web.edge_refusals import HEADERS_UNCHECKED
from idp.web.error_page import http_error_page
from idp.web.flask_problem import problem_response
from idp.web.headers import HEADERS, STATIC_MAX_AGE
from idp.web.page_frame import TEMPLATES, begin_page, install
from idp.web.problem import is_for_api
from idp.web.proxies import Proxies
from idp.web.request_headers import CHECKED
from idp.web.routes import Route, WholePath
from idp.web.theme.theme import NO_THEME, Theme

MAX_BODY_LENGTH = 1024 * 1024
"""Bytes of a request's body."""
MAX_FORM_PARTS = 100
MAX_NAME_SHOWN = 64
COOKIE_TWICE = "Delete the cookies of this site, then try again."
_MAY_BE_CACHED = (200, 304)


class App(Flask):
    """Flask for views that are plain functions: it skips the check for coroutines at each call."""

    url_rule_class = Route

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.url_map.converters = {**self.url_map.converters, "path": WholePath}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return *func* unchanged: no view is a coroutine."""
        return func


def harden(
    app: Flask,
    proxies: Proxies | None = None,
    *,
    counters: Counters = NO_COUNTERS,
    theme: Theme = NO_THEME,
    allows_faults: bool = False,
) -> None:
    """Give *app* a body limit, an Activity ID for each request, and headers for each response.

    A response keeps the headers that it has set itself. Only *proxies* are trusted to say whose
    request they forward. An HTTP error that no host handles becomes a short page and one log line,
    counted by *counters*. Pages have the look of *theme*, and say so if the server *allows_faults*.
    """
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_LENGTH
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY_LENGTH
    app.config["MAX_FORM_PARTS"] = MAX_FORM_PARTS
    app.extensions["proxies"] = proxies or Proxies()
    app.extensions["counters"] = counters
    _share_templates(app.jinja_env)
    app.before_request(begin_activity)
    app.before_request(lambda: begin_page(request, theme, allows_faults=allows_faults))
    app.before_request(_refuse_unchecked_headers)
    app.before_request(_refuse_repeated_cookie)
    app.before_request(_redirect_to_canonical_path)
    app.after_request(_add_headers)
    app.register_error_handler(HTTPException, _http_error)
    app.log_exception = _log_exception  # type: ignore[method-assign]  # Flask's prints a traceback


def _share_templates(environment: Environment) -> None:
    """Let the templates of every host extend ``page.html``, and translate their texts."""
    own = [environment.loader] if environment.loader else []
    environment.loader = ChoiceLoader([*own, FileSystemLoader(TEMPLATES)])
    install(environment)


def _refuse_unchecked_headers() -> Any:
    """Refuse what a proxy of ours sends through a web server that does not check header lines.

    Such a server may take a header that the client made up for the one of the proxy.
    """
    proxies: Proxies = current_app.extensions["proxies"]
    if CHECKED in request.environ or not proxies.has(request.remote_addr or ""):
        return None
    HEADERS_UNCHECKED.log(current_app.extensions["counters"], request.remote_addr or "")
    body, headers = HEADERS_UNCHECKED.body(request.path), HEADERS_UNCHECKED.headers(request.path)
    return Response(body, HEADERS_UNCHECKED.status, headers)


def _refuse_repeated_cookie() -> Any:
    """Refuse a request that brings one of our cookies twice: one of them may be planted."""
    name = repeated_cookie(request.headers.get("Cookie", ""))
    if name is None:
        return None
    problem = f"The cookie {name[:MAX_NAME_SHOWN]!r} comes twice"
    log_refusal(code="duplicate_cookie", problem=problem)
    if is_for_api(request.path):
        told = {"error": "duplicate_cookie", "problem": problem, "remedy": COOKIE_TWICE}
        return problem_response(told, 400)
    environment, sentence = current_app.jinja_env, COOKIE_TWICE
    page = http_error_page(environment, 400, "Bad Request", activity_id(), sentence)
    return Response(page, 400)


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


def _add_headers(response: Response) -> Response:
    """Add the headers that *response* does not have; static files may be cached."""
    headers = response.headers
    given = {name.lower() for name, _ in headers}
    for name, value in HEADERS:
        if name.lower() not in given:
            headers.add(name, value)
    for forgotten in superseded_cookie_headers(request.cookies, headers.getlist("Set-Cookie")):
        headers.add("Set-Cookie", forgotten)
    endpoint = request.endpoint or ""
    if endpoint.endswith("static") and response.status_code in _MAY_BE_CACHED:
        headers["Cache-Control"] = f"public, max-age={STATIC_MAX_AGE}"
    return response


def _http_error(error: HTTPException) -> Any:
    """Answer an HTTP error with a short page and one log line; a redirect is not an error."""
    if error.code is None or error.code < 400:
        return error
    code = f"http_{error.code}"
    log_refusal(code, error.name)
    page = error.get_response()
    if is_for_api(request.path):
        told = {"error": code, "problem": error.name, "remedy": ""}
        page = problem_response(told, error.code)
        page.headers.extend(
            (name, value) for name, value in error.get_headers() if name != "Content-Type"
        )
        return page
    page.set_data(http_error_page(current_app.jinja_env, error.code, error.name, activity_id()))
    return page


def _log_exception(exc_info: Any) -> None:
    """Log an unforeseen exception: where it was raised, not its text, which may be secret."""
    kind, _error, trace = exc_info
    get_logger().error(
        "unforeseen",
        error_type=kind.__name__,
        activity_id=activity_id(),
        at="".join(traceback.format_tb(trace)),
    )
