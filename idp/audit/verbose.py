"""The audits of the level ``verbose``: what was asked and answered, as lines of the log.

They hold neither a query nor a body, and of the headers only those named here: nothing that a
message, a cookie or a form brings is repeated. What a token contains is logged claim by claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers
from werkzeug.sansio.utils import get_content_length

from idp.events import Event
from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.claims import NAME_IDENTIFIER
from idp.logs import get_logger
from idp.saml.values import Assertion
from idp.web.web_request import WebRequest

CONTEXT_HEADERS = ("Host", "Origin", "Sec-Fetch-Site", "User-Agent", "Accept-Language")
CONTEXT_PREFIX = "X-MS-"
MAX_VALUE_LENGTH = 300
MAX_CLAIMS_IN_EVENT = 50

ClaimPairs = Sequence[tuple[str, str]]
"""Claim types, each with one value."""


class VerboseAudit:
    """Writes the audits of the level ``verbose``, and nothing at the level ``basic``."""

    def __init__(self, *, is_on: bool) -> None:
        self.is_on = is_on

    def write(self, event: Event, activity_id: str, **fields: object) -> None:
        """Write one line under the event's name."""
        if self.is_on:
            name = event.name.lower()
            get_logger().info(name, event_id=event, activity_id=activity_id, **fields)

    def token_issued(
        self, assertion: Assertion, authenticated: AuthenticatedUser, activity_id: str
    ) -> None:
        """Write what a token says, and of which user, in events that share its Instance ID."""
        if not self.is_on:
            return
        shared = {"instance_id": assertion.id, "trust": assertion.audience}
        user = authenticated.user.upn
        self.write(Event.CALLER_AUTHENTICATED, activity_id, user=user, **shared)
        self.write(Event.CLAIMS_SENT, activity_id, **shared)
        of_user = [(claim.type, claim.value) for claim in authenticated.claims]
        self._write_claims(Event.CALLER_CLAIMS, of_user, activity_id, **shared)
        self._write_claims(Event.ISSUED_CLAIMS, _claims_in(assertion), activity_id, **shared)

    def request_answered(self, request: WebRequest, *, status: int, location: str) -> None:
        """Write a request and its answer: afterwards, when its final Activity ID is known.

        *location* is the answer's header of that name; only the origin it leads to is logged.
        """
        if not self.is_on:
            return
        headers, activity_id = request.headers, request.activity.id
        self.write(
            Event.REQUEST_RECEIVED,
            activity_id,
            method=request.method,
            path=request.path,
            content_length=_content_length(headers),
            client_ip=request.client_ip,
        )
        self.write(Event.REQUEST_CONTEXT, activity_id, headers=_context_of(headers))
        parts = urlsplit(location)
        self.write(
            Event.RESPONSE_SENT,
            activity_id,
            status=status,
            redirected_to=f"{parts.scheme}://{parts.netloc}" if parts.netloc else "",
        )

    def _write_claims(
        self, event: Event, claims: ClaimPairs, activity_id: str, **fields: object
    ) -> None:
        """Write claims, in as many events as they need."""
        for start in range(0, len(claims), MAX_CLAIMS_IN_EVENT):
            some = claims[start : start + MAX_CLAIMS_IN_EVENT]
            shown = [{"type": _short(type_), "value": _short(value)} for type_, value in some]
            self.write(event, activity_id, claims=shown, **fields)


def _content_length(headers: Headers) -> int:
    encoding = headers.get("Transfer-Encoding")
    return get_content_length(headers.get("Content-Length"), encoding) or 0


def _context_of(headers: Headers) -> dict[str, str]:
    return {
        name: _short(value)
        for name, value in headers.items()
        if name in CONTEXT_HEADERS or name.upper().startswith(CONTEXT_PREFIX)
    }


def _claims_in(assertion: Assertion) -> ClaimPairs:
    name_id = [] if assertion.name_id is None else [(NAME_IDENTIFIER, assertion.name_id.value)]
    attributes = [(each.name, value) for each in assertion.attributes for value in each.values]
    return [*name_id, *attributes]


def _short(text: str) -> str:
    return text[:MAX_VALUE_LENGTH].encode("unicode_escape").decode()
