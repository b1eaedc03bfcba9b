"""The database: connections to read with, and transactions to write in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from sqlalchemy import Connection, Table, exc
from sqlalchemy.engine import URL, make_url

from adapter.errors import TallystickError
from idp.store import errors
from idp.store.errors import DRIVER_ERRORS, StoreUnavailable, is_busy, unavailable
from idp.store.joint import JointOfThread, JointTransaction
from idp.store.postgresql import PostgresqlServer, queue
from idp.store.prepared import Prepared, Question, all_of
from idp.store.request_reads import RequestReads, Rows
from idp.store.sqlite import SqliteFile

__all__ = ["Database", "StoreUnavailable"]


Transaction = AbstractContextManager[Connection]
"""Begins where it is entered."""


class Source(Protocol):
    """Opens connections to one database."""

    def create(self) -> None:
        """Create the database if this process is responsible for that and it does not exist."""

    def take(self, *, again: bool = False) -> Connection:
        """Lend a connection in autocommit mode; *again* for one who has just had one."""

    def give_back(self, connection: Connection, *, is_good: bool) -> None:
        """Take it back; it is not good if what used it has failed."""

    def begin(
        self, *, durable: bool, serializable: bool = False
    ) -> AbstractContextManager[Connection]:
        """Lend a connection in a transaction."""

    def dispose(self) -> None:
        """Close all idle connections."""


class Database:
    """One database, by URL: a SQLite file, or PostgreSQL for a farm.

    Threads and processes may share a database. It is opened at the first use; only :meth:`create`
    creates a SQLite file. *connections* is the upper limit of connections to PostgreSQL. If it does
    not *wait for disk*, no commit is durable.
    """

    def __init__(self, url: str, *, connections: int = 16, waits_for_disk: bool = True) -> None:
        parsed = _parsed(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._source = _source(parsed, connections)
        self._joint = JointOfThread()
        self._reads = RequestReads()
        self._waits_for_disk = waits_for_disk

    def create(self) -> None:
        """Create an empty SQLite file with mode 0600 if it does not exist."""
        self._source.create()

    def read(self) -> AbstractContextManager[Connection]:
        """Lend a connection in autocommit mode.

        Raises :class:`StoreUnavailable`, as everything that uses the database does.
        """
        joint = self._joint.current
        if joint is not None and joint.connection is not None:
            return nullcontext(joint.connection)
        return _Reading(self._source, self._reads)

    def write(
        self,
        *,
        durable: bool = True,
        alone: Table | None = None,
        patient: bool = False,
        forgets: bool = True,
    ) -> AbstractContextManager[Connection]:
        """Lend a connection in a transaction, which commits at the end or rolls back on an error.

        With ``durable`` false, the commit does not wait for the disk: every process sees it, but a
        power failure may undo it together with later commits of this kind.
        On SQLite no other transaction writes at the same time. On PostgreSQL no other one writes to
        the table *alone*, if that is given.
        If *patient*, it waits longer for others that write: where nobody waits for the answer.
        The thread *forgets* what :meth:`rows` has read, since the write may change it.
        Within :meth:`together` it commits with all the rest.
        """
        joint, durable = self._joint.current, durable and self._waits_for_disk
        transaction: Transaction
        if joint is not None:
            transaction = joint.write()
        else:
            begin = self._begin_patiently if patient else self._source.begin
            transaction = begin(durable=durable)
        if alone is not None and not self.is_sqlite:
            transaction = _locking(transaction, alone)
        return _Writing(transaction, self._reads.forget if forgets else _nothing)

    @contextmanager
    def _begin_patiently(self, *, durable: bool) -> Iterator[Connection]:
        """Lend a connection in a transaction; try to begin it again while others write.

        Between two tries nothing is held: a thread for whom somebody waits gets its chance.
        """
        deadline = time.monotonic() + errors.MAX_PATIENT_SECONDS
        with ExitStack() as stack:
            while True:
                try:
                    connection = stack.enter_context(self._source.begin(durable=durable))
                    break
                except DRIVER_ERRORS as error:
                    if not is_busy(error) or time.monotonic() >= deadline:
                        raise
            yield connection

    @contextmanager
    def together(self, *, exclusive: bool = False) -> Iterator[None]:
        """Make one durable transaction of what this thread writes within; an error undoes it all.

        It begins with the first write. What only reads before it sees the database as usual.
        With *exclusive* it begins at once and reads in it, too: on SQLite no other one writes
        meanwhile; on PostgreSQL it is serializable, and raises
        :class:`~idp.store.errors.StoreConflict` if another one changes what it has read.
        """
        if self._joint.current is not None:
            yield
            return
        try:
            with self._reads.off(), ExitStack() as stack:
                begin = partial(
                    self._source.begin, durable=self._waits_for_disk, serializable=exclusive
                )
                joint = JointTransaction(begin, stack)
                if exclusive:
                    joint.begin()
                self._joint.current = joint
                yield
                joint.must_be_whole()
        except DRIVER_ERRORS as error:
            raise unavailable(error) from error
        finally:
            self._joint.current = None

    def of_request(self) -> AbstractContextManager[None]:
        """Answer :meth:`rows` of this thread, within, from what it has read and not written since.

        For one request, which must not wait for anything else meanwhile and then look again.
        """
        return self._reads

    def rows(self, query: Prepared, values: Mapping[str, Any]) -> Rows:
        """Return all rows of a query; within :meth:`of_request`, read each only once."""
        found = self._reads.find(query, values)
        if found is None:
            with self.read() as connection:
                found = query.all(connection, values)
            self._reads.keep(query, values, found)
        return found

    def know(self, query: Prepared, values: Mapping[str, Any], rows: Rows) -> None:
        """Let :meth:`rows` know what another query has just read, too."""
        self._reads.keep(query, values, rows)

    def read_ahead(self, questions: Callable[[], Sequence[Question]]) -> None:
        """Read what :meth:`rows` will be asked for, where that saves waits for PostgreSQL."""
        if self.is_sqlite or not self._reads.is_on:
            return
        unknown = [each for each in questions() if self._reads.find(*each) is None]
        if unknown:
            with self.read() as connection:
                for question, rows in zip(unknown, all_of(connection, unknown), strict=True):
                    self._reads.keep(*question, rows)

    def read_settled(self, table: Table) -> AbstractContextManager[Connection]:
        """Lend a connection that sees every row of *table* up to the highest serial it sees.

        A row gets its serial before it is committed, so this waits for running transactions.
        """
        return self.read() if self.is_sqlite else self.write(durable=False, alone=table)

    def dispose(self) -> None:
        """Close all idle connections. The next use opens new ones."""
        self._source.dispose()


class _Reading(AbstractContextManager[Connection]):
    """A connection to read with; the errors of drivers are raised as :class:`StoreUnavailable`.

    This and the next one are classes, since each request has many of them.
    """

    __slots__ = ("_connection", "_reads", "_source")

    def __init__(self, source: Source, reads: RequestReads) -> None:
        self._source = source
        self._reads = reads

    def __enter__(self) -> Connection:
        again = self._reads.has_begun()
        try:
            self._connection = self._source.take(again=again)
        except DRIVER_ERRORS as error:
            raise unavailable(error) from error
        if not again:
            self._reads.begin()
        return self._connection

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        try:
            self._source.give_back(self._connection, is_good=error is None)
        except DRIVER_ERRORS as other:
            raise unavailable(other) from other
        if error is not None and isinstance(error, DRIVER_ERRORS):
            raise unavailable(error) from error


class _Writing(AbstractContextManager[Connection]):
    """A transaction, with errors as above; *forget* is called before and after."""

    __slots__ = ("_forget", "_transaction")

    def __init__(self, transaction: Transaction, forget: Callable[[], None]) -> None:
        self._transaction = transaction
        self._forget = forget

    def __enter__(self) -> Connection:
        self._forget()
        try:
            return self._transaction.__enter__()
        except DRIVER_ERRORS as error:
            raise unavailable(error) from error

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._transaction.__exit__(kind, error, trace)
        except DRIVER_ERRORS as other:
            raise unavailable(other) from other
        finally:
            self._forget()
        if error is not None and isinstance(error, DRIVER_ERRORS):
            raise unavailable(error) from error


def _nothing() -> None:
    """Forget nothing."""


@contextmanager
def _locking(transaction: Transaction, table: Table) -> Iterator[Connection]:
    """Begin a transaction that alone writes to a table."""
    with transaction as connection:
        queue(connection, f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE")
        yield connection


def _source(url: URL, connections: int) -> Source:
    if url.get_backend_name() == "sqlite":
        return SqliteFile(Path(url.database or ""))
    return PostgresqlServer(url, connections)


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise _bad_url("The database URL cannot be read") from None  # it may contain a password
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise _bad_url(f"Databases of the kind {backend!r} are not supported")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise _bad_url("A database in memory would be a different one in every thread")
    return parsed


def _bad_url(problem: str) -> TallystickError:
    return TallystickError(
        problem,
        "Give one like sqlite:////var/lib/tallystick/tallystick.db"
        " or postgresql://tallystick@db.example.test/tallystick",
        code="bad_store_url",
    )
