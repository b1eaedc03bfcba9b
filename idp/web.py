"""What all web hosts share: headers, limits, the origin check, the Activity ID."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, g, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from idp.events import event_of_refusal
from idp.federation.whereabouts import Whereabouts
from idp.logs import get_logger
from idp.proxies import Proxies

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

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
UNCHANGED_OR_THERE = (200, 304)
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class App(Flask):
    """Flask for views that are plain functions: it does not look at each of them at each call."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return *func*; there is nothing here that would have to be awaited."""
        return func


class StrictTransport:
    """The middleware that tells browsers to come by TLS alone (RFC 6797), with every answer."""

    def __init__(self, app: WSGIApplication, value: str) -> None:
        self._app = app
        self._header = ("Strict-Transport-Security", value)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, self._header], *error)

        return self._app(environ, start)


def harden(app: Flask, proxies: Proxies | None = None) -> None:
    """Give *app* the body limit, and every response the headers it has not set itself.

    *proxies* are believed in whose request they bring; without, nobody is. What no host answers
    is told in one sentence, and logged in one line.
    """
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_LIMIT
    app.config["MAX_FORM_PARTS"] = 100
    app.extensions["proxies"] = proxies or Proxies()
    app.before_request(_name_activity)
    app.before_request(_put_path_right)
    app.after_request(_add_headers)
    app.register_error_handler(HTTPException, _http_error)
    app.log_exception = _log_exception  # type: ignore[method-assign]  # Flask's prints a traceback


def is_same_origin(asked: Request, base_url: str) -> bool:
    """Say whether a change may come from our own pages, or from a client that is no browser.

    An ``Origin`` that is not ours, or a ``Sec-Fetch-Site`` of another site, is refused; both
    absent is allowed (security rules, "Web").
    """
    origin = asked.headers.get("Origin")
    if origin is not None and origin != _origin_of(base_url):
        return False
    return asked.headers.get("Sec-Fetch-Site") not in ("cross-site", "same-site")


def activity_id() -> str:
    """Return the id that every page and log line of this request carries."""
    found: str = g.activity_id
    return found


def continue_activity(identifier: str) -> None:
    """Go on under the id of the sign-in that this request belongs to."""
    g.activity_id = identifier


def whereabouts() -> Whereabouts:
    """Return where this request comes from, as far as we and our proxies know."""
    known: Whereabouts | None = g.get("whereabouts")
    if known is None:
        proxies: Proxies = current_app.extensions["proxies"]
        headers: Any = request.headers  # no Mapping, but read like one
        known = proxies.whereabouts(request.remote_addr or "", headers, request.path)
        g.whereabouts = known
    return known


def client_ip() -> str:
    """Return the one address for logs and limits: the nearest to the user that is certain."""
    return whereabouts().shown_ip


def accept_language() -> str:
    """Return the languages that the browser asks for, as its header has them."""
    return request.headers.get("Accept-Language", "")


def cookie_is_secure(base_url: str) -> bool:
    """Say whether cookies carry ``Secure``: always, but on the demo's plain http."""
    return urlsplit(base_url).scheme == "https"


def log_refusal(code: str, problem: str = "") -> None:
    """Write the one line of a request that was refused."""
    get_logger().warning(
        "request_refused",
        event_id=event_of_refusal(code),
        code=code,
        activity_id=activity_id(),
        problem=problem,
        client_ip=client_ip(),
    )


def _origin_of(base_url: str) -> str:
    """Return the origin as browsers write it: lower case, and no port that goes without saying."""
    parts = urlsplit(base_url)
    host = parts.netloc.lower()
    return f"{parts.scheme}://{host.removesuffix(DEFAULT_PORTS.get(parts.scheme, ''))}"


def _name_activity() -> None:
    g.activity_id = str(uuid.uuid4())


def _put_path_right() -> Any:
    """Redirect to where a path is spelt right; Flask would name the host that the client named."""
    found = request.routing_exception
    if not isinstance(found, RequestRedirect):
        return None
    parts = urlsplit(found.new_url)
    query = f"?{parts.query}" if parts.query else ""
    return redirect(f"/{parts.path.lstrip('/')}{query}", found.code)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    given = {name.lower() for name, _ in headers}
    for name, value in HEADERS:
        if name.lower() not in given:
            headers.add(name, value)
    endpoint = request.endpoint or ""
    if endpoint.endswith("static") and response.status_code in UNCHANGED_OR_THERE:
        headers["Cache-Control"] = f"public, max-age={STATIC_MAX_AGE}"
    return response


def _http_error(error: HTTPException) -> Any:
    """Tell what HTTP itself refuses; a redirect is no error."""
    if error.code is None or error.code < 400:
        return error
    log_refusal(f"http_{error.code}", error.name)
    page = error.get_response()
    page.set_data(
        f"<!DOCTYPE html>\n<html lang=en>\n<title>{error.code} {error.name}</title>\n"
        f"<h1>{error.name}</h1>\n<p>Activity ID: {activity_id()}</p>\n"
    )
    return page


def _log_exception(exc_info: Any) -> None:
    """Log what nobody foresaw: where it was thrown, and not its text, which may be secret."""
    kind, _error, trace = exc_info
    get_logger().error(
        "unforeseen",
        error_type=kind.__name__,
        activity_id=activity_id(),
        at="".join(traceback.format_tb(trace)),
    )
