"""What Flask's views read of the request they answer: its Activity ID, and where it comes from.

Code below the views is handed a :class:`~idp.web.web_request.WebRequest` instead.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, g, request

from adapter.errors import TallystickError
from idp.counters import Counters
from idp.federation.request_context import RequestContext
from idp.web import refusals
from idp.web.proxies import Proxies
from idp.web.web_request import Activity


def begin_activity() -> None:
    """Give the request a new Activity ID; called before each request."""
    g.activity = Activity()


def activity() -> Activity:
    """Return the Activity ID of this request, with the way to continue another one."""
    current: Activity = g.activity
    return current


def activity_id() -> str:
    """Return the id that every page and log line of this request carries."""
    return activity().id


def request_context() -> RequestContext:
    """Return where this request comes from, as far as the configured proxies vouch for it."""
    context: RequestContext | None = g.get("request_context")
    if context is None:
        proxies: Proxies = current_app.extensions["proxies"]
        headers: Any = request.headers  # no Mapping, but read like one
        context = proxies.request_context(request.remote_addr or "", headers, request.path)
        g.request_context = context
    return context


def client_ip() -> str:
    """Return the one address for logs and limits: the nearest to the user that is certain."""
    return request_context().shown_ip


def log_refusal(code: str, problem: str = "") -> None:
    """Log that this request was refused, and count it."""
    refusals.log_refusal(
        _counters(), code, problem, activity_id=activity_id(), client_ip=client_ip()
    )


def log_failure(event: str, error: TallystickError) -> None:
    """Log that this request failed because of the server itself, and count it."""
    refusals.log_failure(_counters(), event, error, activity_id=activity_id())


def _counters() -> Counters:
    counters: Counters = current_app.extensions["counters"]
    return counters
