"""Keeps a second demo out of a data folder: two would change each other's addresses and users."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from adapter.errors import TallystickError
from idp.federation.token_signing.private_files import replace_private_file

LOCK = "demo.lock"
"""A SQLite database whose lock the demo holds: it ends with the process on every platform."""
RUNNING = "demo.json"
"""What runs in the folder: its address and its process."""


class DemoIsRunning(TallystickError):
    """Raised if a demo is started in a folder in which one runs."""

    code = "demo_is_running"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"A demo runs in {folder} already{_described(folder)}",
            "Use that one, end it with Ctrl-C, or choose another --data-dir",
        )


def must_be_free(folder: Path) -> None:
    """Raise :class:`DemoIsRunning` if a demo runs in *folder*; nothing is created."""
    if (folder / LOCK).exists():
        with closing(_lock(folder)):
            pass


@contextmanager
def running_in(folder: Path, url: str) -> Iterator[None]:
    """Hold the lock of *folder* for the demo at *url*; raises :class:`DemoIsRunning`."""
    (folder / LOCK).touch(mode=0o600)
    with closing(_lock(folder)):
        running = {"url": url, "process": os.getpid()}
        replace_private_file(folder / RUNNING, json.dumps(running).encode())
        yield


def _lock(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / LOCK, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        connection.close()
        raise DemoIsRunning(folder) from None
    return connection


def _described(folder: Path) -> str:
    try:
        running = json.loads((folder / RUNNING).read_text(encoding="utf-8"))
        return f": {running['url']}, process {running['process']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
