"""Which ``Host`` is ours: the authority of the base URL; every other one is answered with 421.

A page of another site can have its own name resolve to this server's address (DNS rebinding). The
browser then treats our pages as that site's and lets its scripts read them, but it sends that
site's name as ``Host``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from werkzeug.datastructures import EnvironHeaders

from idp.counters import NO_COUNTERS, Counters
from idp.web.headers import HEADERS
from idp.web.languages import Language, choose_language
from idp.web.origin import DEFAULT_PORTS
from idp.web.page_texts import catalogue
from idp.web.problem import CONTENT_TYPE, is_for_api, problem_details
from idp.web.proxies import Proxies
from idp.web.refusals import log_refusal
from idp.web.web_request import Activity

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask

STATUS = "421 Misdirected Request"
NAME = "Misdirected Request"
THIS_SERVER = "This server is {address}."
ACTIVITY_ID = "Activity ID"
MAX_SHOWN = 128
"""Characters of a foreign ``Host`` that the log shows."""

_AUTHORITY = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[^\s\[\]:@/?#,]+)(?::([0-9]{0,5}))?", re.I | re.A)


@dataclass(frozen=True, slots=True)
class Authority:
    """A host and a port, compared as RFC 3986 §6.2 does.

    ``host`` is a name in lower case, as the DNS spells it, or an address. A trailing dot makes
    another name of it: for browsers it is another site, whose forms the origin check refuses.
    """

    host: str | IPv4Address | IPv6Address
    port: int

    @classmethod
    def of(cls, base_url: str) -> Self:
        """Return the authority of a base URL."""
        parts = urlsplit(base_url)
        return cls(_host(parts.hostname or ""), parts.port or DEFAULT_PORTS[parts.scheme])

    @classmethod
    def read(cls, text: str, scheme: str) -> Self | None:
        """Return the authority of the header ``Host``, None if it is not one."""
        match = _AUTHORITY.fullmatch(text)
        if match is None:
            return None
        host, port = match.groups()
        return cls(_host(host.strip("[]")), int(port) if port else DEFAULT_PORTS[scheme])


class OwnHost:
    """WSGI middleware: *app* is handed only requests whose ``Host`` is that of *base_url*.

    The path *probe* is answered for any address, at any port, and without ``Host`` (HTTP/1.0): load
    balancers ask each node there by its address, and the answer holds nothing worth reading.
    """

    def __init__(
        self,
        app: WSGIApplication,
        base_url: str,
        *,
        probe: str = "",
        proxies: Proxies | None = None,
        counters: Counters = NO_COUNTERS,
    ) -> None:
        self._app = app
        self._base_url = base_url
        self._scheme, self._usual_spelling = urlsplit(base_url)[:2]
        self._own = Authority.of(base_url)
        self._probe = probe.lower()
        self._proxies = proxies or Proxies()
        self._counters = counters

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path, target = environ.get("PATH_INFO", ""), _target_authority(environ)
        is_own = self._is_own(environ.get("HTTP_HOST", ""), path)
        if is_own and (target is None or self._is_own(target, path)):
            return self._app(environ, start_response)
        return self._refuse(environ, start_response)

    def _is_own(self, host: str, path: str) -> bool:
        if host == self._usual_spelling:
            return True
        authority = Authority.read(host, self._scheme)
        if authority == self._own:
            return True
        if not self._probe or path.lower() != self._probe:
            return False
        if authority is None:
            return not host
        return not isinstance(authority.host, str) or authority.host == self._own.host

    def _refuse(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Say where this server is, and log what was asked for."""
        activity = Activity().id
        path, host = environ.get("PATH_INFO", ""), environ.get("HTTP_HOST", "")
        peer, headers = environ.get("REMOTE_ADDR", ""), dict(EnvironHeaders(environ))
        context = self._proxies.request_context(peer, headers, path)
        asked = host[:MAX_SHOWN]
        log_refusal(
            self._counters,
            code="wrong_host",
            problem=f"The request is for the host {asked!r}, this server is {self._base_url}",
            activity_id=activity,
            client_ip=context.shown_ip,
        )
        language = choose_language("", headers.get("Accept-Language", ""))
        kind, body = "text/html; charset=utf-8", _page(self._base_url, activity, language)
        if is_for_api(path):
            kind, body = CONTENT_TYPE, _problem(self._base_url, activity)
        length = ("Content-Length", str(len(body)))
        start_response(STATUS, [("Content-Type", kind), length, *HEADERS])
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]


def answer_own_host_only(
    app: Flask, base_url: str, *, probe: str = "", counters: Counters = NO_COUNTERS
) -> None:
    """Put :class:`OwnHost` before a hardened *app*, whose own test clients send that ``Host``."""
    parts = urlsplit(base_url)
    app.config["SERVER_NAME"] = parts.netloc
    app.config["PREFERRED_URL_SCHEME"] = parts.scheme
    proxies: Proxies = app.extensions["proxies"]
    app.wsgi_app = OwnHost(  # type: ignore[method-assign]  # Flask's own way
        app.wsgi_app, base_url, probe=probe, proxies=proxies, counters=counters
    )


def _target_authority(environ: WSGIEnvironment) -> str | None:
    """Return the authority of an absolute request target, as proxies are sent (RFC 9112 §3.2.2).

    None for a usual target. Servers differ in whether it replaces ``Host``, so both have to be
    ours. granian tells neither that there is one nor what it is; no browser sends one to a server.
    """
    target = environ.get("REQUEST_URI", "")
    scheme, separator, rest = target.partition("://")
    if not separator or not scheme.isalpha():
        return None
    return re.split(r"[/?#]", rest, maxsplit=1)[0]


def _host(text: str) -> str | IPv4Address | IPv6Address:
    """Return an address as a value and a name in lower case, an international one in Punycode."""
    try:
        return ip_address(text)
    except ValueError:
        pass
    try:
        return text.lower().encode("idna").decode() if not text.isascii() else text.lower()
    except UnicodeError:
        return text.lower()


def _problem(base_url: str, activity: str) -> bytes:
    """Return the same as problem details."""
    remedy = THIS_SERVER.format(address=base_url)
    told = {"error": "wrong_host", "problem": NAME, "remedy": remedy}
    return json.dumps(problem_details(told, 421, activity)).encode()


def _page(base_url: str, activity: str, language: Language) -> bytes:
    """Return the page in the browser's language: a choice is not known under another host."""
    address = escape(base_url)
    link = f'<a href="{address}/">{address}</a>'
    name, sentence, label = (
        escape(catalogue(language).gettext(text)) for text in (NAME, THIS_SERVER, ACTIVITY_ID)
    )
    return (
        f"<!DOCTYPE html>\n<html lang={language.tag}>\n<title>421 {name}</title>\n"
        f"<h1>{name}</h1>\n<p>{sentence.format(address=link)}</p>\n"
        f"<p>{label}: {activity}</p>\n"
    ).encode()
