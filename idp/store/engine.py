"""The database: connections to read with, and transactions to write in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Table, exc, text
from sqlalchemy.engine import URL, make_url

from adapter.errors import TallystickError
from idp.store.errors import FAULTS, StoreUnavailable, unavailable
from idp.store.postgresql import PostgresqlServer
from idp.store.sqlite import SqliteFile

__all__ = ["Database", "StoreUnavailable"]


class Source(Protocol):
    """Where connections come from."""

    def create(self) -> None:
        """Make the database where that is ours to do, unless there is one."""

    def connect(self) -> AbstractContextManager[Connection]:
        """Lend a connection on which every statement stands alone."""

    def begin(self, *, durable: bool) -> AbstractContextManager[Connection]:
        """Lend a connection in a transaction."""

    def dispose(self) -> None:
        """Close all idle connections."""


class Database:
    """One database, by URL: a SQLite file, or PostgreSQL for a farm.

    Safe for threads; several processes may share one. Nothing is opened before the first use, and
    a SQLite file is only ever made by :meth:`create`. *connections* bounds those to PostgreSQL.
    """

    def __init__(self, url: str, *, connections: int = 16) -> None:
        parsed = _parsed(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._source = _source(parsed, connections)

    def create(self) -> None:
        """Make an empty SQLite file that only its owner can read, unless there is one."""
        self._source.create()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection on which every statement stands alone.

        Raises :class:`StoreUnavailable`, like everything that touches the database.
        """
        try:
            with self._source.connect() as connection:
                yield connection
        except FAULTS as error:
            raise unavailable(error) from error

    @contextmanager
    def write(self, *, durable: bool = True, alone: Table | None = None) -> Iterator[Connection]:
        """Open a transaction; it commits when left, and changes nothing when left by an exception.

        With ``durable`` false, the commit does not wait for the disk: it outlives this process and
        is seen by all, but may be undone by a power cut, alone or with later ones of its kind.
        On SQLite a transaction is the only one that writes; elsewhere only to the table *alone*.
        """
        try:
            with self._source.begin(durable=durable) as connection:
                if alone is not None and not self.is_sqlite:
                    lock = f"LOCK TABLE {alone.name} IN SHARE ROW EXCLUSIVE MODE"
                    connection.execute(text(lock))
                yield connection
        except FAULTS as error:
            raise unavailable(error) from error

    def read_settled(self, table: Table) -> AbstractContextManager[Connection]:
        """Lend a connection to which no row of *table* will come below the highest it sees.

        Rows are numbered before they are committed; whoever is writing one now is waited for.
        """
        return self.read() if self.is_sqlite else self.write(durable=False, alone=table)

    def dispose(self) -> None:
        """Close all idle connections; the next use opens new ones."""
        self._source.dispose()


def _source(url: URL, connections: int) -> Source:
    if url.get_backend_name() == "sqlite":
        return SqliteFile(Path(url.database or ""))
    return PostgresqlServer(url, connections)


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise _bad_url("The database URL cannot be read") from None  # it may hold a password
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise _bad_url(f"There is no support for databases of the kind {backend!r}")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise _bad_url("A database in memory would be another one in every thread")
    return parsed


def _bad_url(problem: str) -> TallystickError:
    return TallystickError(
        problem,
        "Give one like sqlite:////var/lib/tallystick/tallystick.db"
        " or postgresql://tallystick@db.example.test/tallystick",
        code="bad_store_url",
    )
