"""The Flask class of the web hosts, and what holds for every request that it answers."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from idp.counters import NO_COUNTERS, Counters
from idp.logs import get_logger
from idp.web.activity import activity_id, log_refusal, name_activity
from idp.web.headers import add_headers
from idp.web.proxies import Proxies

BODY_LIMIT = 1024 * 1024


class App(Flask):
    """Flask for views that are plain functions: it does not look at each of them at each call."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return *func*; there is nothing here that would have to be awaited."""
        return func


def harden(app: Flask, proxies: Proxies | None = None, *, counters: Counters = NO_COUNTERS) -> None:
    """Limit the bodies that *app* reads, and add the security headers that a response lacks.

    Headers that say who the client is are believed from *proxies* only. An HTTP error that no
    host handles becomes a page of one sentence and a log line, counted by *counters*.
    """
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_LIMIT
    app.config["MAX_FORM_PARTS"] = 100
    app.extensions["proxies"] = proxies or Proxies()
    app.extensions["counters"] = counters
    app.before_request(name_activity)
    app.before_request(_put_path_right)
    app.after_request(add_headers)
    app.register_error_handler(HTTPException, _http_error)
    app.log_exception = _log_exception  # type: ignore[method-assign]  # Flask's prints a traceback


def _put_path_right() -> Any:
    """Redirect to where a path is spelt right; Flask would name the host that the client named."""
    found = request.routing_exception
    if not isinstance(found, RequestRedirect):
        return None
    parts = urlsplit(found.new_url)
    query = f"?{parts.query}" if parts.query else ""
    return redirect(f"/{parts.path.lstrip('/')}{query}", found.code)


def _http_error(error: HTTPException) -> Any:
    """Tell what HTTP itself refuses; a redirect is no error."""
    if error.code is None or error.code < 400:
        return error
    log_refusal(f"http_{error.code}", error.name)
    page = error.get_response()
    page.set_data(
        f"<!DOCTYPE html>\n<html lang=en>\n<title>{error.code} {error.name}</title>\n"
        f"<h1>{error.name}</h1>\n<p>Activity ID: {activity_id()}</p>\n"
    )
    return page


def _log_exception(exc_info: Any) -> None:
    """Log what nobody foresaw: where it was thrown, and not its text, which may be secret."""
    kind, _error, trace = exc_info
    get_logger().error(
        "unforeseen",
        error_type=kind.__name__,
        activity_id=activity_id(),
        at="".join(traceback.format_tb(trace)),
    )
