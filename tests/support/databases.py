"""Fixtures for tests that need a database: a migrated SQLite file each, and a clock to set."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from idp.store.engine import Database
from idp.store.upgrade import upgrade

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@dataclass
class SetClock:
    """A clock that stands still until it is moved."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def advance(self, **delta: float) -> None:
        self.time += timedelta(**delta)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied: Alembic runs once for all tests."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.dispose()
    return path


@pytest.fixture
def database_file(empty_file: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "database"
    folder.mkdir()
    return Path(shutil.copy(empty_file, folder / "tallystick.db"))


@pytest.fixture
def open_database(database_file: Path) -> Iterator[Callable[[], Database]]:
    """Opens the same file again, as another process of the farm would."""
    opened: list[Database] = []

    def open_one() -> Database:
        opened.append(Database(f"sqlite:///{database_file}"))
        return opened[-1]

    yield open_one
    for database in opened:
        database.dispose()


@pytest.fixture
def database(open_database: Callable[[], Database]) -> Database:
    return open_database()
