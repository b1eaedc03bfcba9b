"""Connections to a PostgreSQL server, whose database several nodes of a farm share.

Transactions here do not exclude each other: code that reads a row and then writes it has to lock
the row, or the table.

Each wait for the server is a way through the network and back. A transaction is a pipeline of
libpq: what is executed is only sent when somebody reads a result, and at the end. So it waits once
for each decision and once for its commit, and a connection is not tested before each use.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL

from adapter.errors import TallystickError
from idp.operating_system import is_readable
from idp.store import errors

DRIVER = "postgresql+psycopg"
MAX_IDLE_SECONDS = 1.0
"""A connection that was not used for longer is tested before it is lent."""

_BEGIN = ("BEGIN",)
_BEGIN_SERIALIZABLE = ("BEGIN ISOLATION LEVEL SERIALIZABLE",)
_BEGIN_NOT_DURABLE = ("BEGIN", "SET LOCAL synchronous_commit = off")

_SETTINGS = {
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",  # releases the locks of a node that hangs
}


class PostgresqlServer:
    """Opens at most *connections* connections to one database.

    Each connection that may have been cut is tested before it is lent, so that no request fails
    after a restart of the server.
    """

    def __init__(self, url: URL, connections: int) -> None:
        milliseconds = round(errors.MAX_WAIT_SECONDS * 1000)
        settings = {"lock_timeout": milliseconds, **_SETTINGS}
        try:
            self._engine = create_engine(
                url.set(drivername=DRIVER),
                pool_size=connections,
                max_overflow=0,
                pool_timeout=errors.MAX_WAIT_SECONDS,
                pool_use_lifo=True,
                isolation_level="AUTOCOMMIT",
                skip_autocommit_rollback=True,
                connect_args={
                    "connect_timeout": max(2, round(errors.MAX_WAIT_SECONDS)),
                    "tcp_user_timeout": milliseconds,
                    "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
                },
            )
        except ModuleNotFoundError:
            raise TallystickError(
                "PostgreSQL needs a driver that is not installed",
                "Run: pip install 'tallystick[postgresql]'",
                code="driver_missing",
            ) from None
        _test_what_may_be_cut(self._engine)
        event.listen(self._engine, "after_cursor_execute", _wait_for_result)

    def create(self) -> None:
        """Do nothing: the administrator creates a PostgreSQL database."""

    def take(self, *, again: bool = False) -> Connection:
        """Lend a connection in autocommit mode, whether or not *again*."""
        return self._engine.connect()

    def give_back(self, connection: Connection, *, is_good: bool) -> None:
        """Take it back, and whether it *is_good*: SQLAlchemy's pool knows by itself."""
        connection.close()

    @contextmanager
    def begin(self, *, durable: bool, serializable: bool = False) -> Iterator[Connection]:
        """Lend a connection in a transaction, which SQLAlchemy does not know of.

        One that is *serializable* is durable, too.
        """
        begin = _BEGIN_SERIALIZABLE if serializable else _BEGIN
        with self._engine.connect() as connection:
            try:
                with pipeline(connection):
                    for command in begin if durable or serializable else _BEGIN_NOT_DURABLE:
                        queue(connection, command)
                    yield connection
                    commit = queue(connection, "COMMIT")
                if commit.statusmessage != "COMMIT":  # it says so where it has rolled back
                    raise exc.DBAPIError("COMMIT", None, _failed(commit.statusmessage))
            except BaseException:
                _roll_back(connection)
                raise

    def dispose(self) -> None:
        """Close all idle connections."""
        self._engine.dispose()


def queue(connection: Connection, command: str) -> Any:
    """Execute a command in a transaction's pipeline, without waiting; return its cursor."""
    cursor = connection.connection.cursor()
    cursor.execute(command)
    return cursor


@contextmanager
def pipeline(connection: Connection) -> Iterator[None]:
    """Let commands wait in a pipeline; at the end, wait for all of them."""
    if "pipeline" in connection.info:  # of a transaction
        yield
        wait_in(connection)
        return
    driver_error = connection.dialect.loaded_dbapi.Error
    driver: Any = connection.connection.driver_connection
    info = connection.info  # a connection that is cut meanwhile has it no more
    try:
        with driver.pipeline() as opened:
            info["pipeline"] = opened
            try:
                yield
            except BaseException:
                with suppress(driver_error):  # of commands behind the one that failed
                    opened.sync()
                raise
            finally:
                info.pop("pipeline", None)
    except driver_error as error:
        raise exc.DBAPIError.instance(None, None, error, driver_error) from error


def wait_in(connection: Connection) -> None:
    """Wait for the results of what was executed, where a transaction waits in a pipeline."""
    if (opened := connection.info.get("pipeline")) is not None:
        opened.sync()


def _wait_for_result(connection: Connection, *_of_event: object) -> None:
    """Wait after what SQLAlchemy itself executes, since it looks at the result at once."""
    wait_in(connection)


def _test_what_may_be_cut(engine: Engine) -> None:
    """Test a connection before it is lent, if it was idle or if the server has said something.

    A server that ends says so, or at least closes: then there is something to read.
    """

    def remember(_driver: object, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    def test(driver: Any, record: Any, _lent: object) -> None:
        idle = time.monotonic() - record.info.get("used_at", 0.0)
        if idle <= MAX_IDLE_SECONDS and not _has_news(driver):
            return
        try:
            engine.dialect.do_ping(driver)
        except engine.dialect.loaded_dbapi.Error as error:
            raise exc.InvalidatePoolError from error

    event.listen(engine, "checkin", remember)
    event.listen(engine, "checkout", test)


def _has_news(driver: Any) -> bool:
    return bool(driver.closed) or is_readable(driver.fileno())


def _roll_back(connection: Connection) -> None:
    if connection.invalidated:  # it was cut, and the server rolls back by itself
        return
    try:
        queue(connection, "ROLLBACK")
    except connection.dialect.loaded_dbapi.Error:
        connection.invalidate()  # it is broken; the server rolls back when it ends


def _failed(status: str | None) -> Exception:
    return RuntimeError(f"The transaction ended with {status}")
