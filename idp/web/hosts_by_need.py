"""A web host that is imported and made at its first request, for programs that soon end.

The demo and the pytest plugin serve a few requests, and making every host would take most of the
time until the first one. Workers of ``tallystick serve`` make all hosts before they accept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class HostsByNeed:
    """A WSGI application: paths below those in *makers* are answered by what their maker returns.

    Each maker is called at the first such request, in one thread. If it raises, so does the
    request, and the next one calls it again. *app* answers every other path.
    """

    def __init__(
        self, app: WSGIApplication, makers: Mapping[str, Callable[[], WSGIApplication]]
    ) -> None:
        self._app = app
        self._makers = makers
        self._made: dict[str, WSGIApplication] = {}
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        first = environ.get("PATH_INFO", "").lstrip("/").partition("/")[0]
        app = self._host(first) if first in self._makers else self._app
        return app(environ, start_response)

    def _host(self, name: str) -> WSGIApplication:
        made = self._made.get(name)
        if made is not None:
            return made
        with self._lock:
            if name not in self._made:
                self._made[name] = self._makers[name]()
            return self._made[name]
