"""A small real proxy: it forwards requests to where they are going, with headers of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from support.nets import NET_SECONDS

from idp.embedded.browser import Browser

Adds = Callable[[Message], Mapping[str, str]]
"""Given the headers that came, says which to send instead or besides."""


@contextmanager
def forwarding(adds: Adds) -> Iterator[str]:
    """Run the proxy and give its URL."""

    class Forward(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {**self.headers, **adds(self.headers), "Connection": "close"}
            there = HTTPConnection(target.netloc, timeout=NET_SECONDS)
            there.request(self.command, f"{target.path}?{target.query}", body, headers)
            self._answer(there)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def _answer(self, there: HTTPConnection) -> None:
            answer = there.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            there.close()

        def log_message(self, *_values: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Forward) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def through(browser: Browser, proxy: str, **headers: str) -> Browser:
    """Send the browser's requests through *proxy*, with *headers* that its user makes up."""
    browser.session.proxies = {"http": proxy}
    browser.session.headers.update({n.replace("_", "-"): v for n, v in headers.items()})
    return browser


def appended(headers: Message, name: str, address: str) -> dict[str, str]:
    """Return a list header with one more address at its right end, as proxies do it."""
    there = headers.get(name)
    return {name: f"{there}, {address}" if there else address}
