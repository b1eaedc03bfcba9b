"""Connections to a SQLite file: they stay open, and writers queue.

Every transaction begins with ``BEGIN IMMEDIATE``. With deferred transactions, two that have read
and then want to write would both fail.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import Connection, create_engine, exc
from sqlalchemy.pool import QueuePool

from adapter.errors import TallystickError
from idp.store import errors
from idp.store.errors import StoreUnavailable

MAX_IDLE = 16
"""Idle connections that stay open; under load the pool opens more, and closes them again."""

_POOL: dict[str, Any] = {
    "poolclass": QueuePool,
    "pool_size": MAX_IDLE,
    "max_overflow": 48,
    "pool_timeout": errors.MAX_WAIT_SECONDS,
    "pool_use_lifo": True,
    "isolation_level": "AUTOCOMMIT",
    "skip_autocommit_rollback": True,
}


class SqliteFile:
    """Lends connections to one file, which stay open, in place of an SQLAlchemy engine.

    SQLite answers in a few microseconds; the pool and the transactions of SQLAlchemy take several
    times as long. Reads and commits of both kinds share the connections, because a write on one
    empties the page cache of all others.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._same_file = _SameFile(path)
        self._turn = turn_of(path)
        self._idle: list[Connection] = []
        self._engine = create_engine("sqlite://", creator=self._open, **_POOL)

    def create(self) -> None:
        """Create an empty file with mode 0600 if it does not exist.

        Raises what :func:`check_place` raises.
        """
        check_place(self._path)
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return
        except OSError as error:
            raise StoreUnavailable(
                f"The database {self._path} cannot be created: {error.strerror}",
                "Check the folder and its permissions",
            ) from error

    def take(self, *, again: bool = False) -> Connection:
        """Take a connection in autocommit mode out of the idle ones, or open one.

        The file was checked just now for who takes one *again*, to read further.
        """
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._engine.connect()
        if not again:
            try:
                self._same_file.check()
            except BaseException:
                connection.close()
                raise
        return connection

    def _open(self) -> sqlite3.Connection:
        """Open one more connection, never to another file: it would damage the journal of ours."""
        self._same_file.check()
        return _open_sqlite(self._path)

    def give_back(self, connection: Connection, *, is_good: bool) -> None:
        """Keep a connection for the next one who takes it.

        After an error, SQLAlchemy's pool gets it back and checks it.
        """
        if is_good and len(self._idle) < MAX_IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def begin(
        self, *, durable: bool, serializable: bool = False
    ) -> AbstractContextManager[Connection]:
        """Lend a connection in a transaction that is the only writer from its start.

        A commit that is not *durable* does not wait for the disk. Every transaction here is
        *serializable*.
        """
        return _Transaction(self, self._turn, "FULL" if durable else "NORMAL")

    def dispose(self) -> None:
        """Close all idle connections."""
        while self._idle:
            self._idle.pop().close()
        self._engine.dispose()


def check_place(path: Path) -> None:
    """Raise :class:`TallystickError` (``bad_store_url``) if no database can be meant to be there.

    Without its folder, or as a link to nowhere, it may be on a volume that is not mounted. An empty
    database must not take its place. A name that is too long fails when the file is opened.
    """
    if os.path.exists(path):
        return
    if not os.path.isdir(path.parent):
        problem = f"There is no folder {path.parent} for the database"
    elif os.path.islink(path):
        problem = f"{path} is a link to a file that does not exist"
    else:
        return
    remedy = "Create it, mount its volume, or correct [store] url"
    raise TallystickError(problem, remedy, code="bad_store_url")


_turns: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
_turns_lock = threading.Lock()


def turn_of(path: Path) -> threading.Lock:
    """Return the lock that a thread of this process holds while it writes to a file.

    SQLite makes all writers but one poll, and on a busy machine one of them may poll at the wrong
    moments until it gives up. With a lock they queue, whichever :class:`SqliteFile` they use.
    """
    real = os.path.realpath(path)  # never raises, whatever the path
    with _turns_lock:
        turn = _turns.get(real)
        if turn is None:
            turn = _turns[real] = threading.Lock()
        return turn


class _Driver(sqlite3.Connection):
    """A connection that knows how its commits wait for the disk."""

    _synchronous = ""

    def use(self, synchronous: str) -> None:
        """Let commits wait as SQLite's PRAGMA of that name says."""
        if synchronous != self._synchronous:
            # Not by execute(), which compiles a statement once: SQLite sets this as it compiles.
            self.executescript(f"PRAGMA synchronous={synchronous}")
            self._synchronous = synchronous

    def begin(self, synchronous: str) -> None:
        """Begin a transaction whose commit waits in that way."""
        self.use(synchronous)
        self.execute("BEGIN IMMEDIATE")


class _Transaction(AbstractContextManager[Connection]):
    """A connection in a transaction, which SQLAlchemy does not know of, while others wait.

    A class, because a generator would take as long as SQLite.
    """

    __slots__ = ("_connection", "_driver", "_file", "_synchronous", "_turn")

    def __init__(self, file: SqliteFile, turn: threading.Lock, synchronous: str) -> None:
        self._file = file
        self._turn = turn
        self._synchronous = synchronous

    def __enter__(self) -> Connection:
        if not self._turn.acquire(timeout=errors.MAX_WAIT_SECONDS):
            raise exc.TimeoutError("other threads were writing all the time")
        try:
            self._connection = self._file.take()
            driver: Any = self._connection.connection.dbapi_connection
            self._driver = driver
            try:
                self._driver.begin(self._synchronous)
            except BaseException:
                self._file.give_back(self._connection, is_good=False)
                raise
        except BaseException:
            self._turn.release()
            raise
        return self._connection

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        is_good = False
        try:
            if error is None:
                self._driver.commit()
                is_good = True
        finally:
            if not is_good:
                self._driver.rollback()
            self._file.give_back(self._connection, is_good=is_good)
            self._turn.release()


def _open_sqlite(path: Path) -> sqlite3.Connection:
    # mode=rw: a missing file is an error, not an empty database.
    # isolation_level=None: this module begins transactions, not Python's driver.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=errors.MAX_WAIT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        factory=_Driver,
    )
    _use_wal(connection)
    connection.use("NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL; try again while it is locked.

    When four processes switch a new file at the same moment, SQLite refuses about one in a hundred
    at once, without regard to the busy timeout.
    """
    deadline = time.monotonic() + errors.MAX_WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= deadline:
                raise
            time.sleep(0.01)


class _SameFile:
    """Checks that the file was neither removed nor replaced while the server runs.

    Commits to a removed file would be lost, and connections to the old and the new file would
    damage each other's journals. After the old file is put back, the check passes again.
    """

    def __init__(self, path: Path) -> None:
        self._path = os.fspath(path)
        self._identity: tuple[int, int] | None = None

    def check(self) -> None:
        """Raise :class:`StoreUnavailable` if the path leads to another file than before."""
        try:
            status = os.stat(self._path)
        except OSError:
            identity = None
        else:
            identity = status.st_dev, status.st_ino
        self._identity = self._identity or identity
        if identity != self._identity:
            raise StoreUnavailable(
                f"The database file {self._path} was removed or replaced",
                "Put it back, or restart the server to use the new file",
            )
