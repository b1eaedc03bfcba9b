"""Connections to a PostgreSQL server, whose database several nodes of a farm share.

Transactions here do not exclude each other: code that reads a row and then writes it has to lock
the row, or the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, create_engine, exc
from sqlalchemy.engine import URL

from adapter.errors import TallystickError
from idp.store import errors

DRIVER = "postgresql+psycopg"

_BEGIN = "BEGIN"
_BEGIN_SERIALIZABLE = "BEGIN ISOLATION LEVEL SERIALIZABLE"
_BEGIN_NOT_DURABLE = "BEGIN; SET LOCAL synchronous_commit = off"  # in one round trip

_SETTINGS = {
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",  # releases the locks of a node that hangs
}


class PostgresqlServer:
    """Opens at most *connections* connections to one database.

    The pool tests each connection before it lends it, so that no request fails after a restart of
    the server.
    """

    def __init__(self, url: URL, connections: int) -> None:
        milliseconds = round(errors.MAX_WAIT_SECONDS * 1000)
        settings = {"lock_timeout": milliseconds, **_SETTINGS}
        try:
            self._engine = create_engine(
                url.set(drivername=DRIVER),
                pool_pre_ping=True,
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

    def create(self) -> None:
        """Do nothing: the administrator creates a PostgreSQL database."""

    def connect(self) -> AbstractContextManager[Connection]:
        """Lend a connection in autocommit mode."""
        return self._engine.connect()

    @contextmanager
    def begin(self, *, durable: bool, serializable: bool = False) -> Iterator[Connection]:
        """Lend a connection in a transaction, which SQLAlchemy does not know of.

        One that is *serializable* is durable, too.
        """
        begin = _BEGIN_SERIALIZABLE if serializable else _BEGIN
        with self.connect() as connection:
            _execute(connection, begin if durable or serializable else _BEGIN_NOT_DURABLE)
            try:
                yield connection
                _execute(connection, "COMMIT")
            except BaseException:
                _roll_back(connection)
                raise

    def dispose(self) -> None:
        """Close all idle connections."""
        self._engine.dispose()


def _roll_back(connection: Connection) -> None:
    try:
        _execute(connection, "ROLLBACK")
    except exc.SQLAlchemyError:  # the connection is broken; the server rolls back when it ends
        connection.invalidate()


def _execute(connection: Connection, command: str) -> None:
    try:
        connection.connection.cursor().execute(command)
    except connection.dialect.loaded_dbapi.Error as error:
        raise exc.DBAPIError(command, None, error) from error
