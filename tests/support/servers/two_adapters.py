"""One server behind both adapters of the sign-in: as Flask's blueprint alone, and beside Flask."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from idp import logs
from idp.app import build_app, start_app
from idp.audit.refusal_quota import RefusalQuota
from idp.metrics import Meters
from idp.recorder.recorder import Recorder
from idp.services import Services
from idp.web.web_request import WebRequest

_CHANGING = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"  # Activity IDs
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: UTC|Z)?"
    r"|[\w+/=-]{40,}"  # sealed values and challenges
)


@dataclass(frozen=True)
class Request:
    """A request as WSGI servers hand it on; header names as in HTTP."""

    method: str = "GET"
    path: str = "/adfs/ls/"
    query: str = ""
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    peer: str = "127.0.0.1"
    more: tuple[tuple[str, object], ...] = ()

    def environ(self, base_url: str) -> dict[str, Any]:
        parts = urlsplit(base_url)
        given = {
            f"HTTP_{name.upper().replace('-', '_')}": value
            for name, value in (("Host", parts.netloc), *self.headers)
        }
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if f"HTTP_{name}" in given:
                given[name] = given.pop(f"HTTP_{name}")
        return {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": self.query,
            "SERVER_NAME": parts.hostname,
            "SERVER_PORT": str(parts.port or 443),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.peer,
            "CONTENT_LENGTH": str(len(self.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": parts.scheme,
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **given,
            **dict(self.more),
        }


@dataclass(frozen=True)
class Observed:
    """What one adapter did; ids, times and sealed values, which always differ, are replaced."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: str
    lines: tuple[str, ...]
    counted: Mapping[tuple[str, ...], float]
    steps: tuple[str, ...]

    @property
    def code(self) -> int:
        return int(self.status[:3])


class Adapter:
    """One application; what it counts and records is its own."""

    def __init__(self, services: Services, closing: ExitStack, *, beside_flask: bool) -> None:
        quota = RefusalQuota()
        recorder = Recorder(services.recordings, services.clock.now, "all", quota)
        self._meters = Meters()
        own = replace(services, counters=self._meters, recorder=recorder, closing=closing)
        self.app: Flask = start_app(build_app(own, beside_flask=beside_flask))
        self.by_flask: list[None] = []
        self.app.before_request(lambda: self.by_flask.append(None))
        self.app.extensions["edge"].watchers.append(self._watch)
        self._base_url = services.config.server.base_url
        self._steps: list[str] = []

    def ask(self, request: Request) -> Observed:
        stream, before = io.StringIO(), self._counted()
        logs.configure(stream=stream)
        self._steps.clear()
        started: list[Any] = []
        try:
            chunks = self.app(request.environ(self._base_url), lambda *each: started.extend(each))
            body = b"".join(chunks)
        finally:
            logs.configure()
        status, headers, *_ = started
        counted = self._counted()
        return Observed(
            status,
            tuple((name, _settled(value)) for name, value in headers if name != "Content-Length"),
            _settled(body.decode("latin-1")),
            tuple(_line(each) for each in stream.getvalue().splitlines()),
            {
                name: count - before.get(name, 0)
                for name, count in counted.items()
                if count != before.get(name, 0)
            },
            tuple(self._steps),
        )

    def _watch(self, request: WebRequest) -> None:
        recording = request.activity.recording
        if recording:
            self._steps += (each.kind for each in recording.part(request.activity.id).steps)

    def _counted(self) -> dict[tuple[str, ...], float]:
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in self._meters.registry.collect()
            for sample in family.samples
            if sample.name.endswith(("_total", "_count"))
        }


def fail_before(adapters: Iterable[Adapter], error: Exception) -> list[None]:
    """Let each adapter fail before it answers; the list that is returned grows at each end."""
    ended: list[None] = []

    def fail() -> None:
        raise error

    for adapter in adapters:
        edge = adapter.app.extensions["edge"]
        edge.before.append(fail)
        edge.afterwards.append(lambda: ended.append(None))
    return ended


def _settled(text: str) -> str:
    return _CHANGING.sub("X", text)


def _line(text: str) -> str:
    fields = {name: value for name, value in json.loads(text).items() if name != "timestamp"}
    if "at" in fields:  # frames of a traceback: the first ones are the adapter's
        fields["at"] = fields["at"].rpartition("  File ")[2]
    return _settled(json.dumps(fields))
