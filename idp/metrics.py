"""Counters for Prometheus: what is counted is what is logged, and how long requests took.

Every label has few values: no user, no entity id, no path. prometheus_client is loaded only where
``[metrics]`` asks for it. The processes of one server keep their numbers in files of one folder,
which ``PROMETHEUS_MULTIPROC_DIR`` names, and whoever listens for Prometheus adds them up.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import g, request

from idp import logs
from idp.sockets import listen

if TYPE_CHECKING:
    from flask import Flask, Response

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
SET_WITH = ("metrics.bind", "metrics.port")

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30)
"""Seconds; a phone's wait takes 25."""

MAX_VALUES = 100
OTHER = "other"
"""Stands for what a label has beyond :data:`MAX_VALUES`: adapters of others choose some."""


class Meters:
    """The counters of this process."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self.registry = CollectorRegistry()
        of_ours: dict[str, Any] = {"registry": self.registry}
        self._sign_ins = Counter(
            "tallystick_sign_ins",
            "Audits of sign-ins, by AD FS's event number.",
            ("event_id", "outcome", "experience"),
            **of_ours,
        )
        self._pushes = Counter("tallystick_pushes", "Pushes sent.", ("experience",), **of_ours)
        self._answers = Counter(
            "tallystick_push_answers", "Answers of phones.", ("state",), **of_ours
        )
        self._refusals = Counter(
            "tallystick_refusals", "What was refused or failed.", ("code",), **of_ours
        )
        self._requests = Histogram(
            "tallystick_request_seconds",
            "Web requests.",
            ("endpoint", "status"),
            buckets=BUCKETS,
            **of_ours,
        )
        self._few = _Few()

    def count(self, line: Mapping[str, Any]) -> None:
        """Count what a line of the log tells."""
        few, event = self._few, line["event"]
        if event == "sign_in":
            self._sign_ins.labels(
                str(int(line["event_id"])),
                few("outcome", line["outcome"]),
                few("experience", line["experience"]),
            ).inc()
        elif event == "push_sent":
            self._pushes.labels(line["experience"]).inc()
        elif event == "phone_answered":
            self._answers.labels(line["state"]).inc()
        elif "code" in line:
            self._refusals.labels(few("code", line["code"])).inc()

    def took(self, endpoint: str, status: int, seconds: float) -> None:
        """Note how long a request took."""
        self._requests.labels(endpoint, f"{status // 100}xx").observe(seconds)


class _Few:
    """Lets each label have so many values and no more."""

    def __init__(self) -> None:
        self._seen: dict[str, set[str]] = {}

    def __call__(self, label: str, value: str) -> str:
        seen = self._seen.setdefault(label, set())
        if value not in seen:
            if len(seen) >= MAX_VALUES:
                return OTHER
            seen.add(value)
        return value


def watch(app: Flask) -> None:
    """Count what *app* logs and answers from now on."""
    meters = Meters()
    logs.observe(meters.count)

    def begin() -> None:
        g.metrics_since = time.perf_counter()

    def end(response: Response) -> Response:
        if "metrics_since" in g:
            seconds = time.perf_counter() - g.metrics_since
            meters.took(request.endpoint or "none", response.status_code, seconds)
        return response

    app.before_request(begin)
    app.after_request(end)


@contextmanager
def listening(bind: str, port: int, folder: Path) -> Iterator[None]:
    """Answer Prometheus with the sum of what the processes keep in *folder*.

    Raises :class:`~idp.sockets.AddressUnavailable`.
    """
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    listen(bind, port, chosen_by=SET_WITH).close()
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    server, thread = start_http_server(port, bind, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
