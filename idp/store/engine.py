"""The database: connections to read with, and transactions that are exclusive from their start.

On SQLite every transaction begins with ``BEGIN IMMEDIATE``: a deferred one fails as soon as two
that have read want to write. Other databases lock the rows they are about to change instead.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, exc
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import QueuePool

from adapter.errors import TallystickError, Unavailable

PATIENCE = 3.0
"""Seconds that a lock or a free connection is waited for before the database counts as gone."""

KEPT = 16
"""Idle connections to a SQLite file; the pool opens more for a crowd, and closes them again."""

_POOL: dict[str, Any] = {
    "pool_size": KEPT,
    "max_overflow": 48,
    "pool_timeout": PATIENCE,
    "pool_use_lifo": True,
}

_NO_TRANSACTIONS: dict[str, Any] = {
    "isolation_level": "AUTOCOMMIT",
    "skip_autocommit_rollback": True,
}


_FAULTS = (exc.DBAPIError, exc.TimeoutError, sqlite3.Error)


class StoreUnavailable(Unavailable):
    """Raised when the database is locked, gone, full or broken; the cause is chained to it."""

    code = "store_unavailable"


class Database:
    """One database, by URL: a SQLite file, or PostgreSQL for a farm.

    Safe for threads; several processes may share one SQLite file. Nothing is opened before the
    first use, and a SQLite file is only ever made by :meth:`create_file`.
    """

    def __init__(self, url: str) -> None:
        parsed = _parsed(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._path = Path(parsed.database or "") if self.is_sqlite else None
        # SQLite lets one writer in and makes others poll; a lock makes our own threads queue.
        self._turn = threading.Lock() if self.is_sqlite else None
        self._writer, self._cheap_writer, self._reader = self._sources(parsed)

    def create_file(self) -> None:
        """Make an empty SQLite file that only its owner can read, unless there is one."""
        if self._path is None or self._path.exists():
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError as error:
            raise StoreUnavailable(
                f"The database {self._path} cannot be made: {error.strerror}",
                "Check the folder and its permissions",
            ) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection on which every statement stands alone.

        Raises :class:`StoreUnavailable`, like everything that touches the database.
        """
        try:
            with self._reader.connect() as connection:
                yield connection
        except _FAULTS as error:
            raise _unavailable(error) from error

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """Open a transaction; it commits when left, and changes nothing when left by an exception.

        With ``durable`` false, SQLite does not wait for the disk: the commit outlives this process
        and is seen by all, but may be undone by a power cut, alone or with later ones of its kind.
        """
        source = self._writer if durable else self._cheap_writer
        try:
            with self._in_turn(), source.begin() as connection:
                yield connection
        except _FAULTS as error:
            raise _unavailable(error) from error

    def dispose(self) -> None:
        """Close all idle connections; the next use opens new ones."""
        for source in {self._reader, self._writer, self._cheap_writer}:
            source.dispose()

    def _in_turn(self) -> AbstractContextManager[None]:
        return nullcontext() if self._turn is None else _held(self._turn)

    def _sources(self, url: URL) -> tuple[_Source, _Source, _Source]:
        """Return where connections come from: to write with, to write cheaply, and to read."""
        if self._path is None:
            writer = create_engine(url, pool_pre_ping=True)
            reader = create_engine(url, pool_pre_ping=True, **_NO_TRANSACTIONS)
            return writer, writer, reader
        same_file = _SameFile(self._path)
        cheap = _KeptConnections(self._path, "NORMAL", same_file)
        return _KeptConnections(self._path, "FULL", same_file), cheap, cheap


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
            "sqlite://",
            creator=lambda: _open_sqlite(path, synchronous),
            poolclass=QueuePool,
            **_POOL,
            **_NO_TRANSACTIONS,
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


_Source = Engine | _KeptConnections


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise TallystickError(
            "The database URL cannot be read",  # not repeated: it may hold a password
            "Give one like sqlite:////var/lib/tallystick/tallystick.db",
            code="bad_store_url",
        ) from None
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise TallystickError(
            "A database in memory would be another one in every thread",
            "Give a file, like sqlite:///tallystick.db",
            code="bad_store_url",
        )
    return parsed


def _open_sqlite(path: Path, synchronous: str) -> sqlite3.Connection:
    # mode=rw: a file that has gone is an error, not an empty database. isolation_level=None: it is
    # us who begin transactions, not Python.
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=rw",
        uri=True,
        timeout=PATIENCE,
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
    deadline = time.monotonic() + PATIENCE
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
    if not lock.acquire(timeout=PATIENCE):
        raise exc.TimeoutError("no turn to write")
    try:
        yield
    finally:
        lock.release()


def _unavailable(error: Exception) -> StoreUnavailable:
    cause = getattr(error, "orig", None) or error
    return StoreUnavailable(
        f"The database does not answer: {type(cause).__name__}: {cause}",
        "Check its address, its permissions and the space on its disk",
    )
