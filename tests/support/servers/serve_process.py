"""``tallystick serve`` as a process of its own, on the folder of a server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from support.ports import free_port

TALLYSTICK = Path(sys.executable).with_name("tallystick")
SECONDS = 90


@dataclass
class ServeProcess:
    """A server, and the line that it printed when it was ready."""

    process: subprocess.Popen[str]
    told: dict[str, Any]
    log: IO[str]

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.told["listening"]

    @property
    def host(self) -> int:
        """The process that the supervisor watches over."""
        (host,) = children(self.process.pid)
        return host

    def workers(self) -> set[int]:
        """The processes that answer requests."""
        return children(self.host)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)

    def said(self) -> str:
        """What it has written to standard error, once it has ended."""
        self.process.wait(SECONDS)
        return _read(self.log)


def serve_section(folder: Path, **settings: object) -> Path:
    """Add ``[serve]`` with these settings, and a free port, to the folder's configuration."""
    values = {"port": free_port(), **settings}
    file = folder / "tallystick.toml"
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    file.write_text(file.read_text() + "\n".join(["", "[serve]", *lines, ""]))
    return file


@contextmanager
def starting(
    config: Path, *options: str, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """Run a server, and end it where nobody has; gives the process and its log.

    The log is a file: nobody reads along, and a pipe that is full would hold the server up.
    """
    with (
        TemporaryFile("w+") as log,
        subprocess.Popen(  # noqa: S603 - our own program
            [TALLYSTICK, "serve", "-c", config, "--json", *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **environment},
        ) as process,
    ):
        try:
            yield process, log
        finally:
            process.terminate()
            try:
                process.wait(SECONDS)
            finally:
                process.kill()


@contextmanager
def serve_process(config: Path, *options: str, **environment: str) -> Iterator[ServeProcess]:
    """Run a server that is ready, and end it where nobody has."""
    with starting(config, *options, **environment) as (process, log):
        line = process.stdout.readline()
        if not line:
            process.wait(SECONDS)
            raise AssertionError(_read(log))
        yield ServeProcess(process, json.loads(line), log)


def _read(log: IO[str]) -> str:
    log.seek(0)
    return log.read()


def refusal(config: Path, *options: str, **environment: str) -> str:
    """Run a server that cannot start, and return the one line that says why."""
    done = subprocess.run(  # noqa: S603 - our own program
        [TALLYSTICK, "serve", "-c", config, *options],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={**os.environ, **environment},
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, ""), done
    *_log, last = done.stderr.splitlines()
    assert last.startswith("tallystick: "), done.stderr
    assert "Traceback" not in done.stderr
    return last


def children(parent: int) -> set[int]:
    """Return the processes whose parent is *parent*."""
    done = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="],  # noqa: S607 - where it is differs
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split() for line in done.stdout.splitlines()]
    return {int(pid) for pid, ppid, state in rows if int(ppid) == parent and state[0] != "Z"}


def is_alive(pid: int) -> bool:
    """Say whether a process is there and runs."""
    done = subprocess.run(  # noqa: S603 - a number
        ["ps", "-o", "stat=", "-p", str(pid)],  # noqa: S607 - where it is differs
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()[:1] not in ("", "Z")


def until(condition: Callable[[], bool]) -> None:
    """Wait for what other processes do; fail after a while."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen")
        time.sleep(0.02)
