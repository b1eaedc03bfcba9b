"""A database, the table of what is used up, and a clock to set."""

from __future__ import annotations

import pytest
from databases import clock, database, database_file, empty_file, open_database

from idp.store.engine import Database
from idp.store.once import UsedOnce

__all__ = ["clock", "database", "database_file", "empty_file", "open_database"]


@pytest.fixture
def once(database: Database) -> UsedOnce:
    return UsedOnce(database)
