"""The edge of all hosts: what holds for every request, whichever adapter received it.

Flask (:func:`idp.web.app.harden`) and the entry without a framework (:mod:`idp.web.entry`) call
the same steps in the same order: :meth:`Edge.begin`, :meth:`Edge.check`, the host's own answer,
:meth:`Edge.answered`, :func:`missing_headers`, :meth:`Edge.end`.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from werkzeug.exceptions import HTTPException

from adapter.errors import TallystickError
from idp.counters import NO_COUNTERS, Counters
from idp.logs import get_logger
from idp.web.answer import HTML, Answer, Header
from idp.web.cookies import repeated_cookie, superseded_cookie_headers
from idp.web.edge_refusals import HEADERS_UNCHECKED
from idp.web.error_page import http_error_page
from idp.web.exchange import Exchange
from idp.web.headers import HEADERS
from idp.web.http_status import RETRY_LATER, unavailable_text
from idp.web.page_frame import begin_page
from idp.web.problem import CONTENT_TYPE, is_for_api, problem_details
from idp.web.proxies import Proxies
from idp.web.request_headers import CHECKED
from idp.web.theme.theme import NO_THEME, Theme
from idp.web.web_request import WebRequest

MAX_NAME_SHOWN = 64
MAX_NAMES_KEPT = 256
"""Combinations of headers that answers have, for which the missing ones are kept."""
COOKIE_TWICE = "Delete the cookies of this site, then try again."


class Edge:
    """The rules of one application for every request.

    Only *proxies* are trusted to say whose request they forward. What is refused is logged and
    counted by *counters*, which also get the time of each request if the edge *is_timed*. Pages
    have the look of *theme*, and say so if the server *allows_faults*.

    ``before`` is called before each request that is not refused; what it raises is answered by the
    host of the address. ``watchers`` are called with each answered request, ``afterwards`` when
    everything is done.
    """

    def __init__(
        self,
        proxies: Proxies | None = None,
        *,
        counters: Counters = NO_COUNTERS,
        theme: Theme = NO_THEME,
        allows_faults: bool = False,
        is_timed: bool = False,
    ) -> None:
        self.proxies = proxies or Proxies()
        self.counters = counters
        self.before: list[Callable[[], None]] = []
        self.watchers: list[Callable[[WebRequest], None]] = []
        self.afterwards: list[Callable[[], None]] = []
        self._theme = theme
        self._allows_faults = allows_faults
        self._is_timed = is_timed

    def begin(self, exchange: Exchange) -> Answer | None:
        """Begin a request; return the answer if it is refused before any host sees it."""
        received = exchange.received
        begin_page(received, self._theme, allows_faults=self._allows_faults)
        peer = received.remote_addr or ""
        if CHECKED not in received.environ and self.proxies.has(peer):
            return self._refuse_unchecked_headers(peer, received.path)
        repeated = repeated_cookie(received.environ.get("HTTP_COOKIE", ""))
        if repeated is not None:
            return _refuse_repeated_cookie(exchange, repeated)
        return None

    def check(self, exchange: Exchange) -> None:
        """Call what has to be called before a request is answered."""
        if self._is_timed:
            exchange.began = time.perf_counter()
        for call in self.before:
            call()

    def answered(self, exchange: Exchange, endpoint: str, status: int) -> None:
        """Count a request that *endpoint* has answered with *status*, and show it to watchers."""
        for watch in self.watchers:
            watch(exchange.head())
        if exchange.began is not None:
            seconds = time.perf_counter() - exchange.began
            self.counters.request_took(endpoint or "none", status, seconds)

    def end(self) -> None:
        """Call what comes after a request, whatever became of it."""
        for call in self.afterwards:
            call()

    def _refuse_unchecked_headers(self, peer: str, path: str) -> Answer:
        """Refuse what a proxy of ours sends through a web server that does not check header lines.

        Such a server may take a header that the client made up for the one of the proxy.
        """
        refusal = HEADERS_UNCHECKED
        refusal.log(self.counters, peer)
        return Answer(refusal.body(path), refusal.status, tuple(refusal.headers(path)))


def http_error(exchange: Exchange, error: HTTPException) -> Answer:
    """Answer an HTTP error, of status 400 or above, with a short page and one log line."""
    status, path = error.code or 500, exchange.received.path
    code = f"http_{status}"
    exchange.log_refusal(code, error.name)
    headers = tuple(error.get_headers())
    if is_for_api(path):
        told = {"error": code, "problem": error.name, "remedy": ""}
        others = tuple(each for each in headers if each[0] != "Content-Type")
        return _problem(exchange, told, status, others)
    page = http_error_page(status, error.name, exchange.activity.id)
    return Answer(page, status, headers)


def unavailable(exchange: Exchange, error: TallystickError) -> Answer:
    """Answer 503 to an error that no host handled, as one of a hook that runs before the hosts."""
    exchange.log_failure("unavailable", error)
    if is_for_api(exchange.received.path):
        told = {"error": error.code, "problem": error.problem, "remedy": error.remedy}
        return _problem(exchange, told, 503, (RETRY_LATER,))
    return Answer(unavailable_text(error.code).encode(), 503, (RETRY_LATER,))


def log_unforeseen(exchange: Exchange, error: BaseException) -> None:
    """Log an unforeseen exception: where it was raised, not its text, which may be secret."""
    get_logger().error(
        "unforeseen",
        error_type=type(error).__name__,
        activity_id=exchange.activity.id,
        at="".join(traceback.format_tb(error.__traceback__)),
    )


def missing_headers(given: Iterable[Header], cookies: Mapping[str, str]) -> list[Header]:
    """Return the headers that every response has and the *given* ones lack.

    *cookies* are those of the request, by the names that they came under: plain ones that the
    response replaces are deleted.
    """
    given = list(given)
    missing = list(_missing_beside(tuple([name for name, _ in given])))
    set_cookies = [value for name, value in given if name.lower() == "set-cookie"]
    if set_cookies:
        for forgotten in superseded_cookie_headers(cookies, set_cookies):
            missing.append(("Set-Cookie", forgotten))
    return missing


@lru_cache(MAX_NAMES_KEPT)
def _missing_beside(names: tuple[str, ...]) -> tuple[Header, ...]:
    """Return those of :data:`HEADERS` that are missing beside headers of these *names*."""
    lower = {name.lower() for name in names}
    return tuple(each for each in HEADERS if each[0].lower() not in lower)


def _refuse_repeated_cookie(exchange: Exchange, name: str) -> Answer:
    """Refuse a request that brings one of our cookies twice: one of them may be planted."""
    problem = f"The cookie {name[:MAX_NAME_SHOWN]!r} comes twice"
    exchange.log_refusal(code="duplicate_cookie", problem=problem)
    if is_for_api(exchange.received.path):
        told = {"error": "duplicate_cookie", "problem": problem, "remedy": COOKIE_TWICE}
        return _problem(exchange, told, 400)
    page = http_error_page(400, "Bad Request", exchange.activity.id, COOKIE_TWICE)
    return Answer(page, 400, (HTML,))


def _problem(
    exchange: Exchange, told: Mapping[str, str], status: int, headers: tuple[Header, ...] = ()
) -> Answer:
    """Return an error as problem details."""
    details = problem_details(told, status, exchange.activity.id)
    return Answer(json.dumps(details).encode(), status, (("Content-Type", CONTENT_TYPE), *headers))
