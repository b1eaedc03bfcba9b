"""Refusals of requests that never reach a host: their HTTP status, code, log line and text."""

from __future__ import annotations

import json
from dataclasses import dataclass

from idp.counters import Counters, log_and_count
from idp.web.answer import Header
from idp.web.http_status import RETRY_SOON, unavailable_text
from idp.web.problem import CONTENT_TYPE, is_for_api, problem_details


@dataclass(frozen=True, slots=True)
class EdgeRefusal:
    """Why a request is refused before any host sees it."""

    status: int
    reason: str
    """The HTTP reason phrase."""
    code: str

    @property
    def status_line(self) -> str:
        """The status as WSGI writes it."""
        return f"{self.status} {self.reason}"

    def body(self, path: str = "") -> bytes:
        """Return the one sentence that the client gets; problem details below ``/admin/api/``."""
        if is_for_api(path):
            told = {"error": self.code, "problem": "The request is refused", "remedy": ""}
            return json.dumps(problem_details(told, self.status)).encode()
        if self.status == 503:
            return unavailable_text(self.code).encode()
        return f"The request is refused. [{self.code}]\n".encode()

    def headers(self, path: str = "") -> list[Header]:
        """Return the headers of the response."""
        content_type = CONTENT_TYPE if is_for_api(path) else "text/plain; charset=utf-8"
        headers = [
            ("Content-Type", content_type),
            ("Content-Length", str(len(self.body(path)))),
            ("Cache-Control", "no-store"),
        ]
        return [*headers, RETRY_SOON] if self.status == 503 else headers

    def log(self, counters: Counters, client_ip: str) -> None:
        """Write the log line of the refusal, and count it."""
        log_and_count(counters, "request_refused", code=self.code, client_ip=client_ip)


HEADER_UNDERSCORE = EdgeRefusal(400, "Bad Request", code="header_underscore")
HEADER_REPEATED = EdgeRefusal(400, "Bad Request", code="header_repeated")
LENGTH_REQUIRED = EdgeRefusal(411, "Length Required", code="length_required")
BODY_INCOMPLETE = EdgeRefusal(400, "Bad Request", code="body_incomplete")
BODY_TOO_SLOW = EdgeRefusal(408, "Request Timeout", code="body_too_slow")
TOO_MANY_BODIES = EdgeRefusal(503, "Service Unavailable", code="too_many_bodies")
SERVER_ERROR = EdgeRefusal(500, "Internal Server Error", code="unforeseen")
HEADERS_UNCHECKED = EdgeRefusal(503, "Service Unavailable", code="headers_unchecked")
