"""Bringing a database to the tables this version works with, at start."""

from __future__ import annotations

import importlib
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from adapter.errors import TallystickError
from idp.store.engine import Database

HEAD = "0009"
"""The newest step in ``migrations/versions``; steps are numbered, so that they compare as text."""


class DatabaseTooNew(TallystickError):
    """Raised when a later version of the product has changed the database."""

    code = "database_too_new"

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database has revision {revision}, this version knows {HEAD}",
            "Install the newer version again, or restore a back-up",
        )


def upgrade(database: Database) -> None:
    """Make the database if need be, and apply the steps it lacks, all or none.

    Several processes may call it at once. Raises :class:`DatabaseTooNew` and
    :class:`~idp.store.engine.StoreUnavailable`.
    """
    database.create()
    with database.read() as connection:
        if _revision(connection) == HEAD:
            return
    # Imported only now, since it takes a while and is needed once in the life of a version; and
    # before the lock is taken, for the others who wait for it.
    importlib.import_module("alembic.command")
    with database.write() as connection:
        _lock_out_others(connection, database)
        revision = _revision(connection)
        if revision is not None and revision > HEAD:
            raise DatabaseTooNew(revision)
        if revision != HEAD:
            _apply(connection)


def revision_of(database: Database) -> str | None:
    """Return the step that the database has come to, None where it has no tables of ours."""
    with database.read() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _lock_out_others(connection: Connection, database: Database) -> None:
    """Wait for another node that is at it, for as long as steps may take."""
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
