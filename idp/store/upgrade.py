"""Brings the database to the tables of this version, at start.

An empty one gets them at once, an older one by Alembic's migrations; tests hold both equal.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from adapter.errors import TallystickError
from idp.store.columns import ONLY_WHERE
from idp.store.engine import Database

HEAD = "0027"
"""The newest migration in ``migrations/versions``. Revisions are numbers that compare as text."""


class DatabaseTooNew(TallystickError):
    """Raised at start when a later version has changed the database.

    A process of this version that is running goes on: see docs/operation.md, "Upgrade".
    """

    code = "database_too_new"

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"A newer version has upgraded the database: revision {revision}, not {HEAD}",
            "Install that version on this node as well, or restore a backup",
        )


def upgrade(database: Database) -> None:
    """Create the database if it does not exist, and apply the missing migrations, all or none.

    Several processes may call this at the same time. Raises :class:`DatabaseTooNew` and
    :class:`~idp.store.engine.StoreUnavailable`.
    """
    database.create()
    with database.read() as connection:
        if _revision(connection) == HEAD:
            return
        is_empty = _is_empty(connection)
    if not is_empty:
        # Imported here because it is slow and only needed once for each version, and before the
        # lock is taken because other processes may wait for that.
        importlib.import_module("alembic.command")
    with database.write() as connection:
        _wait_for_other_nodes(connection, database)
        if _is_empty(connection):
            _create_tables(connection)
            return
        revision = _revision(connection)
        if revision is not None and revision > HEAD:
            raise DatabaseTooNew(revision)
        if revision != HEAD:
            _apply(connection)


def read_revision(database: Database) -> str | None:
    """Return the revision of the database, None if it has no tables of this product."""
    with database.read() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _is_empty(connection: Connection) -> bool:
    return not inspect(connection).get_table_names()


def _create_tables(connection: Connection) -> None:
    """Create all tables of this version, and say so in Alembic's own."""
    from idp.store.all_tables import metadata  # only a new database needs more than a few

    for index in (index for table in metadata.tables.values() for index in table.indexes):
        index.dialect_options[connection.dialect.name]["where"] = index.info.get(ONLY_WHERE)
    metadata.create_all(connection, checkfirst=False)
    connection.execute(
        text(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
            " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _wait_for_other_nodes(connection: Connection, database: Database) -> None:
    """Wait until no other node is migrating the database, for at most ten minutes."""
    if not database.is_sqlite:  # there the transaction alone is exclusive
        connection.execute(text("SET LOCAL lock_timeout = '10min'"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(7461711)"))


def _apply(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
