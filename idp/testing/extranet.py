"""The extranet of tests: a Web Application Proxy that browsers use as their HTTP proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from idp.embedded.browser import Browser
from idp.web.proxies import FORWARDED_CLIENT_IP

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PROXY_ADDRESS = "192.0.2.80"
"""The address that the federation server of tests has under ``web_application_proxies``."""
PROXY_NAME = "wap.example.test"


class WebApplicationProxy:
    """Passes requests on to the WSGI application that *find* returns for a host and port."""

    def __init__(self, find: Callable[[str], WSGIApplication]) -> None:
        self._find = find

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass one request on, as a proxy does: from its own address, with its own headers."""
        added = {"REMOTE_ADDR": PROXY_ADDRESS, "HTTP_X_MS_PROXY": PROXY_NAME}
        return self._find(environ["HTTP_HOST"])({**environ, **added}, start_response)


def outside_browser(proxy: str, address: str) -> Browser:
    """Return a browser at *address* that uses the proxy at the URL *proxy*."""
    browser = Browser()
    browser.session.proxies = {"http": proxy}
    browser.session.headers[FORWARDED_CLIENT_IP] = address
    return browser
