"""A server on any database: its commands, its pages and its API, each in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import text
from support.clock import SetClock
from support.servers.server_folder import ADMIN_TOKEN, BASE_URL, CONFIGURATION
from support.users import ALICE, PASSWORD
from werkzeug.test import TestResponse

from idp import cli
from idp.app import create_app
from idp.assembly import assemble
from idp.config.reading import load
from idp.directory import PasswordHasher
from idp.services import Services
from idp.store.engine import Database

SECTIONS = """
[lockout]
mode = "log_only"

[store]
"""


@pytest.fixture
def stored_server(farm_folder: Path, database_url: str, clock: SetClock) -> Iterator[StoredServer]:
    """A server on an empty database."""
    with ExitStack() as stack:
        yield StoredServer(farm_folder, database_url, clock, stack.callback)


@dataclass
class StoredServer:
    """A server's folder whose database is at *url*; each caller is answered by a new process."""

    folder: Path
    url: str
    clock: SetClock
    closing: Callable[[Callable[[], None]], object]

    def __post_init__(self) -> None:
        file = self.folder / "tallystick.toml"
        file.write_text(
            f'{CONFIGURATION}\n[store]\nurl = "{self.url}"\n\n[lockout]\nmode = "log_only"\n'
        )

    def services(self) -> Services:
        """Return the rooms of a process that starts now."""
        config = load(self.folder / "tallystick.toml")
        hasher = PasswordHasher(memory_kib=8, passes=1)
        services = assemble(config, clock=self.clock, hasher=hasher, waits_for_disk=False)
        self.closing(services.close)
        return services

    def browser(self) -> Visitor:
        """Return somebody at a process that starts now."""
        services = self.services()
        return Visitor(create_app(services.config, services=services).test_client())

    def run(self, *args: str) -> Result:
        """Run ``tallystick`` on this server."""
        return CliRunner().invoke(cli.main, ["-c", str(self.folder / "tallystick.toml"), *args])

    def run_json(self, *args: str) -> Any:
        """Run a command that must succeed, with ``--json``."""
        result = self.run(*args, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def execute(self, statement: str, **values: object) -> list[dict[str, Any]]:
        """Run SQL on the database, and return the rows."""
        database = Database(self.url)
        with database.write() as connection:
            result = connection.execute(text(statement), values)
            rows = list(result.mappings()) if result.returns_rows else []
        database.dispose()
        return [dict(row) for row in rows]

    def column(self, table: str, column: str, key: str, value: str) -> str:
        """Return what a column holds in the row of a key."""
        rows = self.execute(f"SELECT {column} FROM {table} WHERE {key} = :value", value=value)  # noqa: S608 -- ours
        return str(rows[0][column])


@dataclass
class Visitor:
    """A user or an administrator at a browser."""

    client: FlaskClient

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=BASE_URL, headers=headers)

    def post(self, path: str, **form: str) -> TestResponse:
        headers = {"Origin": BASE_URL, "Sec-Fetch-Site": "same-origin"}
        return self.client.post(path, data=form, base_url=BASE_URL, headers=headers)

    def sign_in(self, entity_id: str, user: str = ALICE, password: str = PASSWORD) -> TestResponse:
        """Sign in to a trust that needs no second factor, and return the last page."""
        path = "/adfs/ls/idpinitiatedsignon.aspx"
        page = self.client.get(path, query_string={"loginToRp": entity_id}, base_url=BASE_URL)
        if page.status_code != 200:
            return page
        sealed = page.text.partition('name="SamlSession" value="')[2].partition('"')[0]
        answer = self.post(path, SamlSession=sealed, UserName=user, Password=password)
        return self.client.get(answer.location) if answer.status_code == 302 else answer

    def administrator(self) -> Visitor:
        """Give the administrator's token."""
        assert self.post("/admin/", token=ADMIN_TOKEN).status_code == 303
        return self

    def api(self, path: str, method: str = "GET", **options: Any) -> TestResponse:
        """Ask the REST API."""
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        path = f"/admin/api/{path}"
        return self.client.open(path, method=method, base_url=BASE_URL, headers=headers, **options)
