"""The web request that this thread answers: its Activity ID, its client, and its log lines."""

from __future__ import annotations

import uuid
from typing import Any

from flask import current_app, g, request

from adapter.errors import TallystickError
from idp.counters import Counters, log_and_count
from idp.events import event_of_refusal
from idp.federation.request_context import RequestContext
from idp.web.proxies import Proxies


def name_activity() -> None:
    """Give the request under way a new Activity ID."""
    g.activity_id = str(uuid.uuid4())


def activity_id() -> str:
    """Return the id that every page and log line of this request carries."""
    found: str = g.activity_id
    return found


def continue_activity(identifier: str) -> None:
    """Go on under the id of the sign-in that this request belongs to."""
    g.activity_id = identifier


def request_context() -> RequestContext:
    """Return where this request comes from, as far as we and our proxies know."""
    known: RequestContext | None = g.get("request_context")
    if known is None:
        proxies: Proxies = current_app.extensions["proxies"]
        headers: Any = request.headers  # no Mapping, but read like one
        known = proxies.request_context(request.remote_addr or "", headers, request.path)
        g.request_context = known
    return known


def client_ip() -> str:
    """Return the one address for logs and limits: the nearest to the user that is certain."""
    return request_context().shown_ip


def accept_language() -> str:
    """Return the languages that the browser asks for, as its header has them."""
    return request.headers.get("Accept-Language", "")


def log_refusal(code: str, problem: str = "") -> None:
    """Log that this request was refused, and count it."""
    log_and_count(
        _counters(),
        "request_refused",
        event_id=event_of_refusal(code),
        code=code,
        activity_id=activity_id(),
        problem=problem,
        client_ip=client_ip(),
    )


def log_failure(event: str, error: TallystickError) -> None:
    """Log that this request failed because of the server itself, and count it."""
    log_and_count(
        _counters(),
        event,
        level="error",
        code=error.code,
        activity_id=activity_id(),
        problem=error.problem,
    )


def _counters() -> Counters:
    counters: Counters = current_app.extensions["counters"]
    return counters
