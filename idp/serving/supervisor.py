"""Who starts the host process, says when it answers, and ends it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.serving.worker import CONFIG_VARIABLE
from idp.sockets import to_reach

if TYPE_CHECKING:
    from types import FrameType

    from idp.serving.plan import Plan

GRACE_SECONDS = 30
"""How long requests that were let in may take once the server is told to end."""

START_SECONDS = 60
A_FILE = "/static/tallystick.css"
PAUSE = 0.05
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class HostEnded(TallystickError):
    """Raised when the host process is gone without having been told to end."""

    code = "server_ended"


class Supervisor:
    """One host process, from its start to its end.

    It is in a session of its own, so that Ctrl-C reaches it through us alone. Its standard input
    is ours to hold open: should we die, it ends.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._environment = {CONFIG_VARIABLE: str(plan.config_file)}
        self._times_told = 0

    def run(self, on_ready: Callable[[], None]) -> None:
        """Serve until told to end by a signal; a second one does not wait for anybody.

        Raises :class:`HostEnded`.
        """
        with self._metrics(), self._host() as host, self._told_by_signals(host):
            if self._wait_until_it_answers(host):
                tell_systemd("READY=1")
                on_ready()
            status = host.wait()
        if status not in (0, -signal.SIGTERM) or not self._times_told:
            how = "before everybody was answered" if self._times_told else "by itself"
            raise HostEnded(
                f"The server process ended {how} (status {status})", "See the log lines above"
            )

    @contextmanager
    def _metrics(self) -> Iterator[None]:
        """Answer Prometheus, where that is wanted, from a folder that all processes write to."""
        settings = self._plan.config.metrics
        if settings.port is None:
            yield
            return
        from idp import metrics

        with (
            TemporaryDirectory(prefix="tallystick-metrics-") as folder,
            metrics.listening(settings.bind, settings.port, Path(folder)),
        ):
            self._environment[metrics.FOLDER_VARIABLE] = folder
            yield

    @contextmanager
    def _host(self) -> Iterator[subprocess.Popen[bytes]]:
        module = f"idp.serving.{self._plan.engine}_host"
        with subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=sys.stderr.fileno(),  # ours is for the line that says it is ready
            env={**os.environ, **self._environment},
            start_new_session=True,
        ) as host:
            try:
                yield host
            finally:
                if host.poll() is None:
                    host.terminate()

    @contextmanager
    def _told_by_signals(self, host: subprocess.Popen[bytes]) -> Iterator[None]:
        def tell(_number: int, _frame: FrameType | None) -> None:
            self._times_told += 1
            tell_systemd("STOPPING=1")
            if self._times_told == 1:
                host.terminate()
            else:
                with suppress(ProcessLookupError):  # it has just ended
                    os.killpg(host.pid, signal.SIGKILL)

        before = {number: signal.signal(number, tell) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _wait_until_it_answers(self, host: subprocess.Popen[bytes]) -> bool:
        """Return whether it does; False when it has ended before."""
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self._plan):
            if _has_ended(host):
                return False
            if time.monotonic() > deadline:
                raise HostEnded(
                    f"The server does not answer at {self._plan.address}",
                    "See the log lines above",
                    code="server_not_answering",
                )
        return True


def tell_systemd(state: str) -> None:
    """Tell a service manager that wants to know (sd_notify(3)); an @ stands for a null byte."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify, suppress(OSError):
        notify.connect(address.replace("@", "\0", 1) if address.startswith("@") else address)
        notify.sendall(state.encode())


def _has_ended(host: subprocess.Popen[bytes]) -> bool:
    try:
        host.wait(PAUSE)
    except subprocess.TimeoutExpired:
        return False
    return True


def _answers(plan: Plan) -> bool:
    """Ask for a file: what the probe says is for load balancers, and may be no."""
    serve = plan.config.serve
    host = to_reach(serve.bind)
    connection = (
        http.client.HTTPSConnection(host, serve.port, timeout=5, context=_unchecked())
        if plan.is_tls
        else http.client.HTTPConnection(host, serve.port, timeout=5)
    )
    try:
        connection.request("GET", A_FILE)
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _unchecked() -> ssl.SSLContext:
    """Return a context for asking ourselves by an address that no certificate holds."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
