"""A web request as a value: what a host reads of it, whatever framework received it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl

from werkzeug.datastructures import Headers, ImmutableMultiDict, MultiDict

from idp.federation.request_context import RequestContext
from idp.recorder.recording import Recording
from idp.request_value import request_value

NO_FIELDS: MultiDict[str, str] = ImmutableMultiDict()


class HasHeaders(Protocol):
    """A request of any framework, as far as its headers go."""

    @property
    def headers(self) -> Headers:
        """The headers; names are found in upper and lower case."""


@dataclass(slots=True)
class Activity:
    """The Activity ID of one web request, which its log lines, audits and error page carry.

    It is a new one until the request turns out to belong to a sign-in or a log-out, which has an
    id of its own. It is the only part of a request that changes. ``recording`` takes the request's
    steps for the flight recorder; None while that is off.
    """

    _id: str = ""
    recording: Recording | None = None

    @property
    def id(self) -> str:
        """The id, made when it is first asked for: most requests go on with another one."""
        if not self._id:
            self._id = str(uuid.uuid4())
        return self._id

    def continue_as(self, identifier: str) -> None:
        """Use the id of the sign-in or log-out that the request belongs to."""
        if self.recording is not None and identifier != self._id:
            self.recording.continues = True
        self._id = identifier


@request_value
class WebRequest:
    """One web request.

    ``path`` is decoded; ``query`` is raw, since its bytes may be signed. ``form`` holds the fields
    of a POST and is empty for other methods. ``request_context`` says where the request comes
    from, as far as the configured proxies vouch for it. ``body`` is the raw body, for a host that
    reads no forms, and else empty.
    """

    method: str
    path: str
    query: bytes
    form: MultiDict[str, str]
    cookies: Mapping[str, str]
    headers: Headers
    request_context: RequestContext
    activity: Activity
    body: bytes = b""

    @property
    def arguments(self) -> MultiDict[str, str]:
        """The query's names and values; bytes that are no UTF-8 stay percent-encoded."""
        return fields_in(self.query.decode(errors="werkzeug.url_quote"))

    @property
    def client_ip(self) -> str:
        """The one address for logs: the nearest to the user that is certain."""
        return self.request_context.shown_ip

    @property
    def accept_language(self) -> str:
        """The languages that the browser asks for, as the header ``Accept-Language`` has them."""
        return self.headers.get("Accept-Language", "")


def fields_in(text: str) -> MultiDict[str, str]:
    """Return the names and values of a query or a form; bytes that are no UTF-8 stay escaped."""
    return MultiDict(parse_qsl(text, keep_blank_values=True, errors="werkzeug.url_quote"))
