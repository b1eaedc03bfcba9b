"""Debian's RADIUS programs, unchanged: a run of a client, and a server that runs beside a test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from support.nets import NET_SECONDS
from support.servers.serve_process import until
from support.tools.toolbox import debian_program


@dataclass(frozen=True)
class Ended:
    """How a program ended, and all that it printed."""

    status: int
    output: str


@dataclass
class Run:
    """A client under way; it ends by itself."""

    process: subprocess.Popen[bytes]
    printed: IO[bytes]

    def output(self) -> str:
        """Return what it has printed so far."""
        size = os.fstat(self.printed.fileno()).st_size
        return os.pread(self.printed.fileno(), size, 0).decode()

    def end(self) -> Ended:
        """Wait for its end."""
        return Ended(self.process.wait(NET_SECONDS), self.output())


@contextmanager
def running_client(*command: object, typed: str = "", **environment: str) -> Iterator[Run]:
    """Run a client, which is given *typed* at once, until the block is left."""
    name, *arguments = map(str, command)
    with TemporaryFile() as keyboard, TemporaryFile() as printed:
        keyboard.write(typed.encode())
        keyboard.seek(0)
        with subprocess.Popen(  # noqa: S603 - Debian's program
            [debian_program(name), *arguments],
            stdin=keyboard,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        ) as process:
            try:
                yield Run(process, printed)
            finally:
                process.kill()


@contextmanager
def running_server(
    *command: object, log: Path, is_ready: Callable[[str], bool]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block is left, which is entered as its log *is_ready*."""
    name, *arguments = map(str, command)
    with (
        log.open("wb") as written,
        subprocess.Popen(  # noqa: S603 - Debian's program
            [debian_program(name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            until(lambda: process.poll() is not None or is_ready(log.read_text()))
            assert process.poll() is None, log.read_text()
            yield process
        finally:
            process.terminate()
