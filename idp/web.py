"""What all web hosts share: headers, limits, the origin check, the Activity ID."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, request

BODY_LIMIT = 1024 * 1024

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Without ``form-action``: a post from a sign-in page may end at a service provider."""

HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY + "; form-action 'self'"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    # With no-referrer, browsers send "Origin: null" on our own forms.
    ("Referrer-Policy", "strict-origin"),
)

STATIC_MAX_AGE = 3600


def harden(app: Flask) -> None:
    """Give *app* the body limit, and every response the headers it has not set itself."""
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_LIMIT
    app.config["MAX_FORM_PARTS"] = 100
    app.before_request(_name_activity)
    app.after_request(_add_headers)


def is_same_origin(asked: Request, base_url: str) -> bool:
    """Say whether a change may come from our own pages, or from a client that is no browser.

    An ``Origin`` that is not ours, or a ``Sec-Fetch-Site`` of another site, is refused; both
    absent is allowed (security rules, "Web").
    """
    origin = asked.headers.get("Origin")
    if origin is not None and origin != base_url:
        return False
    return asked.headers.get("Sec-Fetch-Site") not in ("cross-site", "same-site")


def activity_id() -> str:
    """Return the id that every page and log line of this request carries."""
    found: str = g.activity_id
    return found


def continue_activity(identifier: str) -> None:
    """Go on under the id of the sign-in that this request belongs to."""
    g.activity_id = identifier


def client_ip() -> str:
    """Return the address that connected to us; forwarded headers count for nothing here."""
    return request.remote_addr or ""


def cookie_is_secure(base_url: str) -> bool:
    """Say whether cookies carry ``Secure``: always, but on the demo's plain http."""
    return urlsplit(base_url).scheme == "https"


def _name_activity() -> None:
    g.activity_id = str(uuid.uuid4())


def _add_headers(response: Response) -> Response:
    headers = response.headers
    for name, value in HEADERS:
        if name not in headers:
            headers[name] = value
    if request.endpoint is not None and request.endpoint.endswith("static"):
        headers["Cache-Control"] = f"public, max-age={STATIC_MAX_AGE}"
    return response
