"""A server with many trusts, users and rows of the log, made by copying one row of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path

from flask import Flask
from sqlalchemy import Table, insert, select

from bench import saml
from bench.server import Client, make_server
from bench.sign_in import LS, must_be_issued
from idp.services import Services
from idp.session.cookie import NAME, SessionCookie
from idp.session.sso import Proof, start_session
from idp.store.schema import sign_ins, trusts, users

MULTIPLE = "http://schemas.microsoft.com/claims/multipleauthn"
BATCH = 10_000
STRIDE = 6_151  # a prime number, so that all are used


@dataclass(frozen=True, slots=True)
class BigServer:
    """A server with many trusts and many signed-in users."""

    services: Services
    app: Flask
    sp: saml.Party
    trusts: int
    users: int
    turns: Iterator[int] = field(default_factory=lambda: count(0, STRIDE))

    def requests(self, times: int) -> Iterator[tuple[Client, str]]:
        """Return browsers of users, and requests of trusts, spread over all of them."""
        for turn in islice(self.turns, times):
            entity_id = name_of("trust", turn % self.trusts)
            self.services.sign_ins.facts(entity_id, None, None, None)
            query = saml.redirect_query(self.sp.key, entity_id).decode()
            yield self.browser_of(name_of("user", turn % self.users)), query

    def browser_of(self, user: str) -> Client:
        """Return a browser whose user is signed in, with a second factor."""
        now = self.services.clock.now()
        session = start_session(user, Proof(saml.PASSWORD, now))
        session = session.with_second_factor(Proof(MULTIPLE, now))
        services = self.services
        cookies = SessionCookie(services.config, services.sealer, services.clock)
        cookie = cookies.set_header(session).partition(";")[0].partition("=")[2]
        return Client(self.app, {NAME: cookie})


def request_assertion(prepared: object) -> None:
    """Send one of :meth:`BigServer.requests`."""
    browser, query = prepared  # type: ignore[misc]  # from BigServer.requests
    must_be_issued(browser.get(LS, query))


def make_big_server(
    idp: saml.Party, sp: saml.Party, folder: Path, *, of_trusts: int, of_users: int, of_log: int = 0
) -> BigServer:
    """Return a server in *folder*, which is made."""
    folder.mkdir()
    services, app = make_server(folder, idp, sp)
    services.directory.add("sample@example.test", "password")
    server = BigServer(services, app, sp, of_trusts, of_users)
    _multiply(server, trusts, of_trusts, "trust", entity_id=saml.SP)
    _multiply(server, users, of_users, "user", upn="sample@example.test")
    if of_log:
        request_assertion(next(server.requests(1)))
        _multiply(server, sign_ins, of_log, "user")
    return server


def _multiply(server: BigServer, table: Table, times: int, kind: str, **sample: str) -> None:
    """Fill *table* with copies of one row, each with its own name."""
    database = server.services.database
    with database.write() as connection:
        row = dict(connection.execute(select(table).filter_by(**sample)).mappings().first() or {})
        row.pop("serial", None)
        numbers = count()
        for _ in range(0, times, BATCH):
            batch = [next(numbers) for _ in range(min(BATCH, times))]
            connection.execute(insert(table), [_copy(row, kind, number) for number in batch])


def _copy(row: dict[str, object], kind: str, number: int) -> dict[str, object]:
    name = name_of(kind, number)
    keys = {"entity_id": name, "stamp": name, "upn": name, "account_key": name}
    if "service_provider" in row:
        keys["service_provider"] = str(row["service_provider"]).replace(saml.SP, name)
    return {**row, **{key: value for key, value in keys.items() if key in row}}


def name_of(kind: str, number: int) -> str:
    """Return the name of a trust or a user."""
    return f"{kind}{number}@example.test" if kind == "user" else f"https://{kind}{number}.test/sp"
