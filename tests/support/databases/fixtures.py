"""Fixtures for tests that need a database: a migrated one each, on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from idp.store.engine import Database
from idp.store.upgrade import upgrade

if TYPE_CHECKING:
    from support.databases import postgresql


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what needs a database on each kind, and whole sign-ins where they are marked so.

    What asks for a database file is about SQLite alone.
    """
    names = metafunc.fixturenames
    marked = metafunc.definition.get_closest_marker("each_database") is not None
    needed = {"database_url", "unused_database_url"}.intersection(names) or marked
    if needed and "database_file" not in names:
        metafunc.parametrize("database_kind", ["sqlite", "postgresql"])


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """The server of this process; it starts when the first test asks for it."""
    from support.databases.postgresql import server

    running = server()
    yield running
    running.close()


@pytest.fixture(scope="session")
def _shared_database(postgresql_server: postgresql.Server) -> Iterator[postgresql.Shared]:
    """A migrated database, used by one test after the other."""
    from support.databases.postgresql import Shared

    url = postgresql_server.new_database()
    _migrate(url)
    yield Shared(url)
    postgresql_server.drop(url)


@pytest.fixture
def postgresql_url(_shared_database: postgresql.Shared) -> str:
    """The URL of a migrated PostgreSQL database without any rows."""
    _shared_database.clear()
    return _shared_database.url


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied: Alembic runs once for all tests."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.dispose()


@pytest.fixture
def database_file(empty_file: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "database"
    folder.mkdir()
    return Path(shutil.copy(empty_file, folder / "tallystick.db"))


@pytest.fixture
def database_kind() -> str:
    """What the test's database is kept by, see :func:`pytest_generate_tests`."""
    return "sqlite"


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest) -> str:
    if database_kind == "postgresql":
        return request.getfixturevalue("postgresql_url")
    return f"sqlite:///{request.getfixturevalue('database_file')}"


@pytest.fixture
def unused_database_url(
    database_kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The URL of a database that nobody has used: SQLite makes its file itself."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path}/new.db"
        return
    server = request.getfixturevalue("postgresql_server")
    url = server.new_database()
    yield url
    server.drop(url)


@pytest.fixture
def tallystick_database(database_kind: str, request: pytest.FixtureRequest) -> str | None:
    """Where the plugin's ``federation`` keeps its data."""
    return request.getfixturevalue("postgresql_url") if database_kind == "postgresql" else None


@pytest.fixture
def open_database(database_url: str) -> Iterator[Callable[[], Database]]:
    """Opens the same database again, as another process of the farm would."""
    opened: list[Database] = []

    def open_one() -> Database:
        opened.append(Database(database_url))
        return opened[-1]

    yield open_one
    for database in opened:
        database.dispose()


@pytest.fixture
def database(open_database: Callable[[], Database]) -> Database:
    return open_database()
