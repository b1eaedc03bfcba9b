"""Starts the processes of a server, waits until they are ready, restarts and ends them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp import operating_system
from idp.operating_system import ORDINARY_STATUSES, TERMINAL_SIGNALS
from idp.serving.process import OnExit, ProcessSpec
from idp.serving.systemd import notify_systemd
from idp.serving.wakeup import Wakeup

if TYPE_CHECKING:
    from types import FrameType

GRACE_SECONDS = 30
"""How long a process may take to finish its running requests after SIGTERM."""

START_SECONDS = 60
"""How long all processes together may take to become ready."""

RESTART_SECONDS = 1.0
"""Pause before a process is started again, so that one that always fails costs little."""

PROBE_SECONDS = 0.05
"""Pause between two questions whether a process is ready."""


class ProcessEnded(TallystickError):
    """Raised when a process ended that was not told to, or did not end in order."""

    code = "server_ended"


class Supervisor:
    """Runs processes from the first start to the last end.

    Each process is in a group of its own, so that Ctrl-C reaches only the supervisor, which
    tells them. The supervisor holds the other end of their standard input: if it dies, that
    closes, and they end.
    """

    def __init__(
        self, specs: Iterable[ProcessSpec], environment: Mapping[str, str] | None = None
    ) -> None:
        """*environment* holds variables for every process, in addition to those of this one."""
        self._specs = tuple(specs)
        self._environment = {**os.environ, **(environment or {})}
        self._running: list[_Process] = []
        self._restarts = 0  # processes that are waiting to be started again
        self._events: deque[Callable[[], None]] = deque()  # what the main thread is to do
        self._wakeup = Wakeup()
        self._signals = 0
        self._is_ready = False
        self._failure: ProcessEnded | None = None

    def run(self, on_ready: Callable[[], None]) -> None:
        """Run the processes until a signal ends them; a second signal kills them.

        *on_ready* is called once, when all are ready. Raises :class:`ProcessEnded` after all have
        ended if one ended by itself (see :class:`~idp.serving.process.OnExit`), could not be
        started, or was killed before it had finished. Must be called in the main thread.
        """
        with self._wakeup, self._handling_signals(), self._processes():
            if self._wait_until_ready():
                notify_systemd("READY=1")
                on_ready()
            while self._running or self._restarts:
                self._run_events()
        if self._failure is not None:
            raise self._failure

    @property
    def _is_ending(self) -> bool:
        return self._signals > 0 or self._failure is not None

    @contextmanager
    def _handling_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self._on_signal) for number in TERMINAL_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        notify_systemd("STOPPING=1")
        for process in tuple(self._running):
            if self._signals == 1:
                process.terminate()
            else:
                process.kill()

    @contextmanager
    def _processes(self) -> Iterator[None]:
        """Start all processes; whatever happens, all have ended when the block is left."""
        try:
            for spec in self._specs:
                for _ in range(spec.count):
                    self._start(spec)
            yield
        finally:
            for process in self._running:
                process.terminate()
            for process in self._running:
                process.wait()

    def _start(self, spec: ProcessSpec) -> None:
        process = _Process(spec, self._environment)
        self._running.append(process)
        threading.Thread(
            target=lambda: self._put_event(partial(self._on_exit, process, process.wait())),
            name=f"wait-{spec.name}",
            daemon=True,
        ).start()
        if self._is_ending:  # a signal came while it was being started
            process.terminate()

    def _put_event(self, event: Callable[[], None]) -> None:
        self._events.append(event)
        self._wakeup.notify()

    def _run_events(self, timeout: float | None = None) -> None:
        """Wait for an event or a signal, at most *timeout* seconds, and run what there is."""
        self._wakeup.wait(timeout)
        while self._events:
            self._events.popleft()()

    def _wait_until_ready(self) -> bool:
        """Return whether all processes are ready; False if the server is to end before that."""
        deadline = time.monotonic() + START_SECONDS
        waiting = [spec for spec in self._specs if spec.is_ready is not None]
        while waiting := [spec for spec in waiting if not (spec.is_ready and spec.is_ready())]:
            self._run_events(PROBE_SECONDS)
            if self._is_ending:
                return False
            if time.monotonic() > deadline:
                raise ProcessEnded(
                    f"The {waiting[0].name} process is not ready after {START_SECONDS} seconds",
                    "See the log lines above",
                    code="server_not_answering",
                )
        self._is_ready = True
        return not self._is_ending

    def _on_exit(self, process: _Process, status: int) -> None:
        self._running.remove(process)
        spec = process.spec
        if self._is_ending:
            if status not in ORDINARY_STATUSES:
                self._fail(spec, f"before everybody was answered (status {status})")
        elif spec.on_exit is OnExit.RESTART and self._is_ready:
            from idp.logs import get_logger

            get_logger().error("process_restarted", process=spec.name, status=status)
            self._restarts += 1
            timer = threading.Timer(RESTART_SECONDS, self._put_event, [partial(self._again, spec)])
            timer.daemon = True
            timer.start()
        else:
            self._fail(spec, f"by itself (status {status})")
            for other in self._running:
                other.terminate()

    def _again(self, spec: ProcessSpec) -> None:
        self._restarts -= 1
        if not self._is_ending:
            self._start(spec)

    def _fail(self, spec: ProcessSpec, how: str) -> None:
        """Remember the first failure: others follow from it."""
        self._failure = self._failure or ProcessEnded(
            f"The {spec.name} process ended {how}", "See the log lines above"
        )


class _Process:
    """A process that was started."""

    def __init__(self, spec: ProcessSpec, environment: Mapping[str, str]) -> None:
        self.spec = spec
        self._popen = operating_system.start_in_own_group(
            spec.command,
            stdin=subprocess.PIPE,
            stdout=sys.stderr.fileno(),  # our standard output only says when the server is ready
            env={**environment, **spec.environment},
        )

    def wait(self) -> int:
        """Wait for its end and return the exit status; a negative one is a signal."""
        status = self._popen.wait()
        if self._popen.stdin is not None:
            self._popen.stdin.close()
        return status

    def terminate(self) -> None:
        """Tell it to end."""
        operating_system.tell_to_end(self._popen)

    def kill(self) -> None:
        """Kill it and all processes that it has started."""
        operating_system.kill_group(self._popen)
