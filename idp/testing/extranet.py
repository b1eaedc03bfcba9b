"""The way in from outside, for tests: a Web Application Proxy that browsers use as HTTP proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from idp.testing.browser import Browser
from idp.web.proxies import FORWARDED_CLIENT_IP

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PROXY_ADDRESS = "192.0.2.80"
"""What the federation server of tests is configured to take for its Web Application Proxy."""
PROXY_NAME = "wap.example.test"


class WebApplicationProxy:
    """Answers for the applications that *find* returns by host and port, as if it stood before."""

    def __init__(self, find: Callable[[str], WSGIApplication]) -> None:
        self._find = find

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Hand one request on, as a proxy at its own address does."""
        seen = {"REMOTE_ADDR": PROXY_ADDRESS, "HTTP_X_MS_PROXY": PROXY_NAME}
        return self._find(environ["HTTP_HOST"])({**environ, **seen}, start_response)


def outside_browser(proxy: str, address: str) -> Browser:
    """Return a browser at *address* whose requests come through the proxy at the URL *proxy*."""
    browser = Browser()
    browser.session.proxies = {"http": proxy}
    browser.session.headers[FORWARDED_CLIENT_IP] = address
    return browser
