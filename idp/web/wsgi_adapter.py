"""WSGI at the edge, without a framework: an answer is sent as Flask sends it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.urls import iri_to_uri

from idp.web.answer import HTML, Answer, Header
from idp.web.edge import missing_headers
from idp.web.http_status import NO_CONTENT

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

_URI = re.compile(
    r"(https?://[a-z0-9.-]+(:[1-9][0-9]*)?)?/(?!/)"
    r"[A-Za-z0-9%!$&'()*+,/:;=@._~-]*(\?[A-Za-z0-9%!$&'()*+,/:;=?@._~-]+)?"
)
"""An address that needs no escape; Werkzeug takes several times as long to find that out."""
_STATUS_LINES = {code: f"{code} {name.upper()}" for code, name in HTTP_STATUS_CODES.items()}


def all_headers(answer: Answer, cookies: Mapping[str, str]) -> list[Header]:
    """Return the headers with which an answer is sent to a request that had *cookies*.

    Raises ValueError for a value of several lines.
    """
    headers = [_checked(header) for header in answer.headers]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(HTML)
    if answer.status != NO_CONTENT:  # which must not have one (RFC 9110, section 8.6)
        headers.append(("Content-Length", str(len(answer.body))))
    headers += missing_headers(headers, cookies)
    return headers


def send(answer: Answer, headers: list[Header], start_response: StartResponse) -> Iterable[bytes]:
    """Send an answer with all its *headers*."""
    start_response(_STATUS_LINES[answer.status], headers)
    return [answer.body]


def _checked(header: Header) -> Header:
    """Return a header as it is sent, with a Location in ASCII.

    What follows a line break would be a header, or a body, of an attacker's choice.
    """
    name, value = header
    if "\n" in value or "\r" in value:
        raise ValueError("A header must not contain a line break")
    if name != "Location" or _URI.fullmatch(value):
        return header
    return name, iri_to_uri(value)
