"""What Flask's views read of the request they answer: its Activity ID, and where it comes from.

Code below the views is handed a :class:`~idp.web.web_request.WebRequest` instead.
"""

from __future__ import annotations

from contextvars import ContextVar

from adapter.errors import TallystickError
from idp.federation.request_context import RequestContext
from idp.web.exchange import Exchange
from idp.web.web_request import Activity

_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def begin_exchange(exchange: Exchange) -> None:
    """Answer this request from now on; called before each request."""
    exchange.outer = _current.get()
    _current.set(exchange)


def end_exchange() -> None:
    """Go back to the request during which this one was made, if there is one."""
    exchange = _current.get()
    _current.set(exchange.outer if exchange else None)


def current_exchange() -> Exchange:
    """Return the exchange that is being answered; raises LookupError outside of one."""
    exchange = _current.get()
    if exchange is None:
        raise LookupError("No request is being answered")
    return exchange


def activity() -> Activity:
    """Return the Activity ID of this request, with the way to continue another one."""
    return current_exchange().activity


def activity_id() -> str:
    """Return the id that every page and log line of this request carries."""
    return activity().id


def request_context() -> RequestContext:
    """Return where this request comes from, as far as the configured proxies vouch for it."""
    return current_exchange().request_context


def client_ip() -> str:
    """Return the one address for logs and limits: the nearest to the user that is certain."""
    return request_context().shown_ip


def log_refusal(code: str, problem: str = "") -> None:
    """Log that this request was refused, and count it."""
    current_exchange().log_refusal(code, problem)


def log_failure(event: str, error: TallystickError) -> None:
    """Log that this request failed because of the server itself, and count it."""
    current_exchange().log_failure(event, error)
