"""The audits of the level ``verbose``: what was asked and answered, as lines of the log.

They hold neither a query nor a body, and of the headers only those named here: nothing that a
message, a cookie or a form brings is repeated. What a token says is told claim by claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from idp.events import VERBOSE, Event
from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.claims import NAME_IDENTIFIER
from idp.logs import get_logger
from idp.saml.values import Assertion
from idp.services import Services
from idp.web.activity import activity_id, client_ip

CONTEXT_HEADERS = ("Host", "Origin", "Sec-Fetch-Site", "User-Agent", "Accept-Language")
CONTEXT_PREFIX = "X-MS-"
MAX_VALUE_LENGTH = 300
CLAIMS_IN_AN_EVENT = 50

Claims = Sequence[tuple[str, str]]
"""Claim types, each with one value."""


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
            get_logger().info(name, event_id=event, activity_id=activity_id(), **fields)

    def issued(self, assertion: Assertion, authenticated: AuthenticatedUser) -> None:
        """Tell what a token says and of whom, in events that share its Instance ID."""
        if not self._is_verbose:
            return
        shared = {"instance_id": assertion.id, "trust": assertion.audience}
        self.write(Event.CALLER_AUTHENTICATED, user=authenticated.user.upn, **shared)
        self.write(Event.CLAIMS_SENT, **shared)
        claims = [(claim.type, claim.value) for claim in authenticated.claims]
        self._claims(Event.CALLER_CLAIMS, claims, **shared)
        self._claims(Event.ISSUED_CLAIMS, _said_by(assertion), **shared)

    def _claims(self, event: Event, claims: Claims, **fields: object) -> None:
        """Write claims, in as many events as they need."""
        for start in range(0, len(claims), CLAIMS_IN_AN_EVENT):
            some = claims[start : start + CLAIMS_IN_AN_EVENT]
            told = [{"type": _short(type_), "value": _short(value)} for type_, value in some]
            self.write(event, claims=told, **fields)

    def _answered(self, response: Response) -> Response:
        """Tell of a request once it is answered: only then is it known whose Activity ID it has."""
        self.write(
            Event.REQUEST_RECEIVED,
            method=request.method,
            path=request.path,
            content_length=request.content_length or 0,
            client_ip=client_ip(),
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
        name: _short(value)
        for name, value in request.headers.items()
        if name in CONTEXT_HEADERS or name.upper().startswith(CONTEXT_PREFIX)
    }


def _said_by(assertion: Assertion) -> Claims:
    name_id = [] if assertion.name_id is None else [(NAME_IDENTIFIER, assertion.name_id.value)]
    attributes = [(each.name, value) for each in assertion.attributes for value in each.values]
    return [*name_id, *attributes]


def _short(text: str) -> str:
    return text[:MAX_VALUE_LENGTH].encode("unicode_escape").decode()
