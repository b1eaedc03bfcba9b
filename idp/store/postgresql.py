"""A PostgreSQL database: what several nodes of a farm share.

Here a transaction excludes nobody by itself: whoever reads first and then writes locks the rows,
or the table, that it is about to change.
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
_BEGIN_CHEAP = "BEGIN; SET LOCAL synchronous_commit = off"  # one trip for both

_SETTINGS = {
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",  # then what a frozen node has locked is free
}


class PostgresqlServer:
    """Where connections to one database come from, at most *connections* of this process.

    Each is asked whether it is still alive before it is lent: after a restart of the server no
    request fails for an old connection's sake.
    """

    def __init__(self, url: URL, connections: int) -> None:
        patience = round(errors.PATIENCE * 1000)
        settings = {"lock_timeout": patience, **_SETTINGS}
        try:
            self._engine = create_engine(
                url.set(drivername=DRIVER),
                pool_pre_ping=True,
                pool_size=connections,
                max_overflow=0,
                pool_timeout=errors.PATIENCE,
                pool_use_lifo=True,
                isolation_level="AUTOCOMMIT",
                skip_autocommit_rollback=True,
                connect_args={
                    "connect_timeout": max(2, round(errors.PATIENCE)),
                    "tcp_user_timeout": patience,
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
        """Do nothing: a database is made by its administrator."""

    def connect(self) -> AbstractContextManager[Connection]:
        """Lend a connection on which every statement stands alone."""
        return self._engine.connect()

    @contextmanager
    def begin(self, *, durable: bool) -> Iterator[Connection]:
        """Lend a connection in a transaction; to SQLAlchemy, each statement stands alone."""
        with self.connect() as connection:
            _tell(connection, _BEGIN if durable else _BEGIN_CHEAP)
            try:
                yield connection
                _tell(connection, "COMMIT")
            except BaseException:
                _roll_back(connection)
                raise

    def dispose(self) -> None:
        """Close all idle connections."""
        self._engine.dispose()


def _roll_back(connection: Connection) -> None:
    try:
        _tell(connection, "ROLLBACK")
    except exc.SQLAlchemyError:  # it is broken: with it, the server drops what it began
        connection.invalidate()


def _tell(connection: Connection, command: str) -> None:
    try:
        connection.connection.cursor().execute(command)
    except connection.dialect.loaded_dbapi.Error as error:
        raise exc.DBAPIError(command, None, error) from error
