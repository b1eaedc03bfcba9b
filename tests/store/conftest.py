from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from idp.store.engine import Database
from idp.store.upgrade import upgrade


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
    return Path(shutil.copy(empty_file, tmp_path / "tallystick.db"))


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
