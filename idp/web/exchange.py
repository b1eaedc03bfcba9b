"""One web request while it is answered, as it was received: by Flask, or without it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import EnvironHeaders, MultiDict
from werkzeug.sansio.http import parse_cookie
from werkzeug.wrappers import Request
from werkzeug.wsgi import get_input_stream

from adapter.errors import TallystickError
from idp.counters import Counters
from idp.federation.request_context import RequestContext
from idp.web import refusals
from idp.web.body_limits import MAX_BODY_LENGTH, MAX_FORM_PARTS
from idp.web.cookies import own_cookies
from idp.web.form_fields import URL_ENCODED, FieldParser, check_fields
from idp.web.proxies import Proxies
from idp.web.web_request import NO_FIELDS, Activity, WebRequest, fields_in

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment


class Received:
    """A request for a route of ours that no framework received; only its body is Werkzeug's."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        self.environ = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.path: str = environ["PATH_INFO"]  # ASCII, as that of the route
        self.query_string = environ.get("QUERY_STRING", "").encode("latin-1")
        self.remote_addr: str | None = environ.get("REMOTE_ADDR")
        self.headers = EnvironHeaders(environ)
        # Found without looking at every other header, as Werkzeug does.
        self.cookies: dict[str, str] = parse_cookie(environ.get("HTTP_COOKIE"), _first_of_each)  # type: ignore[arg-type]  # it calls what it is given
        self._body: Request | None = None

    @property
    def body(self) -> Request:
        """The same request as Werkzeug reads it, made for one that has a body."""
        if self._body is None:
            self._body = _Body(self.environ)
        return self._body

    @property
    def form(self) -> MultiDict[str, str]:
        """The fields of a form, as Werkzeug reads them; it takes twice as long for a plain one."""
        body = self.body
        if body.mimetype != URL_ENCODED:
            return body.form
        fields = body.get_data()
        check_fields(fields)
        try:
            return fields_in(fields.decode())
        except UnicodeDecodeError:
            return NO_FIELDS

    def close(self) -> None:
        """Close the files that came with a form."""
        if self._body is not None:
            self._body.close()


class _Body(Request):
    """The body of a request, with the limits that all requests have."""

    max_content_length = MAX_BODY_LENGTH
    max_form_memory_size = MAX_BODY_LENGTH
    max_form_parts = MAX_FORM_PARTS
    form_data_parser_class = FieldParser


def _first_of_each(cookies: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """Return the value of each name; of several the first, as Werkzeug does."""
    values: dict[str, str] = {}
    for name, value in cookies:
        values.setdefault(name, value)
    return values


class Exchange:
    """One request, its Activity ID, and where it comes from; made once for each request.

    ``began`` is the time on the performance counter at which it passed the checks of the edge, None
    before that. ``outer`` is the exchange during which this one was begun in the same thread.
    """

    __slots__ = (
        "_context",
        "_counters",
        "_head",
        "_proxies",
        "activity",
        "began",
        "outer",
        "received",
    )

    def __init__(self, received: Received | Request, proxies: Proxies, counters: Counters) -> None:
        self.received = received
        self.activity = Activity()
        self.began: float | None = None
        self.outer: Exchange | None = None
        self._proxies = proxies
        self._counters = counters
        self._context: RequestContext | None = None
        self._head: WebRequest | None = None

    @property
    def request_context(self) -> RequestContext:
        """Where the request comes from, as far as the configured proxies vouch for it."""
        if self._context is None:
            received = self.received
            headers: Any = received.headers  # no Mapping, but read like one
            peer = received.remote_addr or ""
            self._context = self._proxies.request_context(peer, headers, received.path)
        return self._context

    def request(self) -> WebRequest:
        """Return the request as a value, with its form if it is a POST.

        Raises Werkzeug's ``HTTPException`` for a form that is too large.
        """
        if self.received.method != "POST":
            return self.head()
        return self._request_with(self.received.form)

    def head(self) -> WebRequest:
        """Return the request without its form, which may not have arrived or be too large."""
        if self._head is None:
            self._head = self._request_with(NO_FIELDS)
        return self._head

    def request_with_body(self, max_length: int) -> WebRequest:
        """Return the request with its body as it came, of at most so many bytes.

        Raises Werkzeug's ``HTTPException`` for a longer body, or one that was cut off.
        """
        environ = self.received.environ
        if environ.get("CONTENT_LENGTH") == "0":
            return self.head()
        body = get_input_stream(environ, max_content_length=max_length).read()
        return self._request_with(NO_FIELDS, body)

    def log_refusal(self, code: str, problem: str = "") -> None:
        """Log that the request was refused, and count it."""
        refusals.log_refusal(
            self._counters,
            code,
            problem,
            activity_id=self.activity.id,
            client_ip=self.request_context.shown_ip,
        )

    def log_failure(self, event: str, error: TallystickError) -> None:
        """Log that the request failed because of the server itself, and count it."""
        refusals.log_failure(self._counters, event, error, activity_id=self.activity.id)

    @property
    def _body(self) -> Request:
        received = self.received
        return received.body if isinstance(received, Received) else received

    def _request_with(self, form: MultiDict[str, str], body: bytes = b"") -> WebRequest:
        received, head = self.received, self._head
        return WebRequest(
            method=received.method,
            path=received.path,
            query=received.query_string,
            form=form,
            cookies=head.cookies if head else own_cookies(received.cookies),
            headers=received.headers,
            request_context=self.request_context,
            activity=self.activity,
            body=body,
        )
