"""The audits of the level ``verbose``: what was asked and answered, as lines of the log.

They hold neither a query nor a body, and of the headers only those named here: nothing that a
message, a cookie or a form brings is repeated.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from idp import web
from idp.events import VERBOSE, Event
from idp.logs import get_logger
from idp.services import Services

CONTEXT_HEADERS = ("Host", "Origin", "Sec-Fetch-Site", "User-Agent", "Accept-Language")
CONTEXT_PREFIX = "X-MS-"
LONGEST_VALUE = 300


class Audit:
    """Writes the audits that the configured level asks for."""

    def __init__(self, services: Services) -> None:
        self._is_verbose = services.config.logging.audit == "verbose"

    def watch(self, blueprint: Blueprint) -> None:
        """Tell of every request and answer of *blueprint*, at the level ``verbose``."""
        if self._is_verbose:
            blueprint.after_request(self._answered)

    def write(self, event: Event, **fields: object) -> None:
        """Write one line, unless the level leaves this event out."""
        if self._is_verbose or event not in VERBOSE:
            name = event.name.lower()
            get_logger().info(name, event_id=event, activity_id=web.activity_id(), **fields)

    def _answered(self, response: Response) -> Response:
        """Tell of a request once it is answered: only then is it known whose Activity ID it has."""
        self.write(
            Event.REQUEST_RECEIVED,
            method=request.method,
            path=request.path,
            content_length=request.content_length or 0,
            client_ip=web.client_ip(),
        )
        self.write(Event.REQUEST_CONTEXT, headers=_context())
        location = urlsplit(response.headers.get("Location", ""))
        self.write(
            Event.RESPONSE_SENT,
            status=response.status_code,
            redirected_to=f"{location.scheme}://{location.netloc}" if location.netloc else "",
        )
        return response


def _context() -> dict[str, str]:
    return {
        name: value[:LONGEST_VALUE].encode("unicode_escape").decode()
        for name, value in request.headers.items()
        if name in CONTEXT_HEADERS or name.upper().startswith(CONTEXT_PREFIX)
    }
