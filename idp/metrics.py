"""The counters of :mod:`idp.counters` for Prometheus, and the listener that answers it.

No label has many values: none holds a user, an entity ID or a path. prometheus_client is loaded
only when ``[metrics]`` is configured. The processes of one server write their numbers to files of
one folder, which ``PROMETHEUS_MULTIPROC_DIR`` names; the listener adds them up (prometheus_client's
"multiprocess mode").
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from idp.sockets import listen

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
SETTINGS = ("metrics.bind", "metrics.port")

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30)
"""Upper bounds in seconds. A phone that waits for a request is answered after up to 25."""

MAX_VALUES = 100
OTHER = "other"
"""Replaces every further value of a label that has :data:`MAX_VALUES`: third-party adapters choose
some of the values."""


class Meters:
    """The counters of this process, an :class:`idp.counters.Counters`."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self.registry = CollectorRegistry()
        own: dict[str, Any] = {"registry": self.registry}
        self._sign_ins = Counter(
            "tallystick_sign_ins",
            "Audits of sign-ins, by AD FS's event number.",
            ("event_id", "outcome", "experience"),
            **own,
        )
        self._pushes = Counter("tallystick_pushes", "Pushes sent.", ("experience",), **own)
        self._answers = Counter("tallystick_push_answers", "Answers of phones.", ("state",), **own)
        self._refusals = Counter(
            "tallystick_refusals", "What was refused or failed.", ("code",), **own
        )
        self._requests = Histogram(
            "tallystick_request_seconds",
            "Web requests.",
            ("endpoint", "status"),
            buckets=BUCKETS,
            **own,
        )
        self._few = _Few()

    def sign_in(self, event_id: int, outcome: str, experience: str) -> None:
        """Count one record of the sign-in log."""
        few = self._few
        self._sign_ins.labels(
            str(int(event_id)), few("outcome", outcome), few("experience", experience)
        ).inc()

    def push_sent(self, experience: str) -> None:
        """Count a push."""
        self._pushes.labels(experience).inc()

    def phone_answered(self, state: str) -> None:
        """Count a phone's answer."""
        self._answers.labels(state).inc()

    def refused(self, code: str) -> None:
        """Count a refusal or a failure."""
        self._refusals.labels(self._few("code", code)).inc()

    def request_took(self, endpoint: str, status: int, seconds: float) -> None:
        """Count a web request under its status's hundred, as ``4xx``."""
        self._requests.labels(endpoint, f"{status // 100}xx").observe(seconds)


class _Few:
    """Lets a label have :data:`MAX_VALUES` values, and replaces further ones by :data:`OTHER`."""

    def __init__(self) -> None:
        self._seen: dict[str, set[str]] = {}

    def __call__(self, label: str, value: str) -> str:
        seen = self._seen.setdefault(label, set())
        if value not in seen:
            if len(seen) >= MAX_VALUES:
                return OTHER
            seen.add(value)
        return value


@contextmanager
def listening(bind: str, port: int, folder: Path) -> Iterator[None]:
    """Answer Prometheus on *bind* and *port* with the sum of the numbers in *folder*.

    Raises :class:`~idp.sockets.AddressUnavailable`.
    """
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    listen(bind, port, chosen_by=SETTINGS).close()
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    server, thread = start_http_server(port, bind, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
