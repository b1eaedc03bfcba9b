"""A SQLite file: connections that stay open, and writers that queue for their turn.

Every transaction begins with ``BEGIN IMMEDIATE``: a deferred one fails as soon as two that have
read want to write.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, exc
from sqlalchemy.pool import QueuePool

from idp.store import errors
from idp.store.errors import StoreUnavailable

KEPT = 16
"""Idle connections to a file; the pool opens more for a crowd, and closes them again."""

_POOL: dict[str, Any] = {
    "poolclass": QueuePool,
    "pool_size": KEPT,
    "max_overflow": 48,
    "pool_timeout": errors.PATIENCE,
    "pool_use_lifo": True,
    "isolation_level": "AUTOCOMMIT",
    "skip_autocommit_rollback": True,
}


class SqliteFile:
    """Where connections to one file come from; cheap commits do not wait for the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        same_file = _SameFile(path)
        self._durable = _KeptConnections(path, "FULL", same_file)
        self._cheap = _KeptConnections(path, "NORMAL", same_file)
        # SQLite lets one writer in and makes others poll; a lock makes our own threads queue.
        self._turn = threading.Lock()

    def create(self) -> None:
        """Make an empty file that only its owner can read, unless there is one."""
        if self._path.exists():
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError as error:
            raise StoreUnavailable(
                f"The database {self._path} cannot be made: {error.strerror}",
                "Check the folder and its permissions",
            ) from error

    def connect(self) -> AbstractContextManager[Connection]:
        """Lend a connection on which every statement stands alone."""
        return self._cheap.connect()

    @contextmanager
    def begin(self, *, durable: bool) -> Iterator[Connection]:
        """Lend a connection in a transaction that is exclusive from its start."""
        source = self._durable if durable else self._cheap
        with _held(self._turn), source.begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close all idle connections."""
        self._durable.dispose()
        self._cheap.dispose()


class _KeptConnections:
    """SQLite connections that stay open, lent one at a time; stands in for an engine.

    SQLite answers in a few microseconds; the pool and the transactions of SQLAlchemy would take
    several times as long. Reads share connections with cheap writes: when one connection writes,
    the others forget what they have read.
    """

    def __init__(self, path: Path, synchronous: str, same_file: _SameFile) -> None:
        self._same_file = same_file
        self._idle: list[Connection] = []
        self._engine = create_engine(
            "sqlite://", creator=lambda: _open_sqlite(path, synchronous), **_POOL
        )

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Lend a connection; after an error it goes through SQLAlchemy's hands again."""
        connection = self._take()
        try:
            self._same_file.check()
            yield connection
        except BaseException:
            connection.close()
            raise
        if len(self._idle) < KEPT:
            self._idle.append(connection)
        else:
            connection.close()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Lend a connection in a transaction; to SQLAlchemy, each statement stands alone."""
        with self.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                driver.commit()
            except BaseException:
                driver.rollback()
                raise

    def dispose(self) -> None:
        """Close the idle ones."""
        while self._idle:
            self._idle.pop().close()
        self._engine.dispose()

    def _take(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._engine.connect()


def _open_sqlite(path: Path, synchronous: str) -> sqlite3.Connection:
    # mode=rw: a file that has gone is an error, not an empty database. isolation_level=None: it is
    # us who begin transactions, not Python.
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=rw",
        uri=True,
        timeout=errors.PATIENCE,
        isolation_level=None,
        check_same_thread=False,
    )
    _use_wal(connection)
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Turn to WAL, as often as it takes.

    Of four processes that turn a new file at the same moment, SQLite refuses one in a hundred
    times without waiting, whatever its busy timeout.
    """
    deadline = time.monotonic() + errors.PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= deadline:
                raise
            time.sleep(0.01)


class _SameFile:
    """Refuses to go on when the file has been removed, or replaced by another.

    Commits to a file without a name would be lost with it, and SQLite connections to the old file
    and the new one would damage each other's journals. The old file put back serves again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity: tuple[int, int] | None = None

    def check(self) -> None:
        """Raise :class:`StoreUnavailable` when it is not."""
        identity = _identity(self._path)
        self._identity = self._identity or identity
        if identity is None or identity != self._identity:
            raise StoreUnavailable(
                f"The database file {self._path} is gone, or is not the one it was",
                "Put it back, or restart the server to go on with the new one",
            )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


@contextmanager
def _held(lock: threading.Lock) -> Iterator[None]:
    if not lock.acquire(timeout=errors.PATIENCE):
        raise exc.TimeoutError("no turn to write")
    try:
        yield
    finally:
        lock.release()
