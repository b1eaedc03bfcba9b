"""The NPS hosts of the farm and their clients in the database; shared secrets are sealed.

Every change first raises the counter in ``nps_changes``, whose row is the lock of all changes: the
counter tells a running server that there is something new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Connection,
    CursorResult,
    RowMapping,
    Table,
    bindparam,
    delete,
    select,
    text,
    type_coerce,
)

from adapter.errors import TallystickError
from adapter.nps_extension import parse_version
from idp.instants import EPOCH
from idp.nps.clients import NpsClient, check_secret, read_network
from idp.nps.hosts import NpsHost, read_addresses, read_port
from idp.nps.registry import RegistryValues
from idp.nps.store import ChangeClient, ChangeHost
from idp.session.seal import Seal
from idp.store.column_types import StorableText
from idp.store.engine import Database
from idp.store.nps_schema import IN_FORCE, REGISTRY, nps_changes, nps_clients, nps_hosts
from idp.store.prepared import Prepared
from idp.store.stored_json import log_once
from idp.store.upsert import upsert

T = TypeVar("T")

MAX_PLACE_LENGTH = 200
_PLAIN = (
    "name", "version", "port", "legacy_port", "restarted_at", "changed_at", "changed_by",
)  # fmt: skip
_LISTS = ("addresses", "protocols")
_COUNTER = "nps"
_COUNT_UP = text(
    "INSERT INTO nps_changes (name, number) VALUES (:name, 1)"
    " ON CONFLICT (name) DO UPDATE SET number = nps_changes.number + 1"
)
_STAMP = Prepared(select(nps_changes.c.number).where(nps_changes.c.name == bindparam("name")))


def _columns(table: Table) -> list[Any]:
    """Return the columns as the database holds them: what is damaged fails in the row's reader."""
    return [
        column
        if isinstance(column.type, StorableText)
        else type_coerce(column, BigInteger).label(name)
        for name, column in table.c.items()
    ]


_HOSTS = select(*_columns(nps_hosts)).order_by(nps_hosts.c.serial)
_CLIENTS = select(*_columns(nps_clients)).order_by(nps_clients.c.serial)


class SqlNpsStore:
    """The :class:`~idp.nps.store.NpsStore` of a database; *seal* seals the shared secrets."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    def stamp(self) -> int:
        """Return how often hosts and clients were changed."""
        with self._database.read() as connection:
            row = _STAMP.first(connection, {"name": _COUNTER})
        return 0 if row is None else int(row[0])

    def lock(self) -> None:
        """Let nobody else change hosts or clients until this thread's joint transaction ends."""
        with self._changing():
            pass

    def hosts(self) -> Sequence[NpsHost]:
        """Return all hosts in the order of their creation."""
        with self._database.read() as connection:
            return _readable(_host_from_row, connection.execute(_HOSTS))

    def host(self, name: str) -> NpsHost | None:
        """Return a host by its name."""
        with self._database.read() as connection:
            return _host(connection, name)

    def change_host(self, name: str, change: ChangeHost) -> NpsHost:
        """Store what *change* makes of the host, or of None."""
        with self._changing() as connection:
            host = change(_host(connection, name))
            upsert(connection, nps_hosts, "name", _row_of_host(host))
        return host

    def remove_host(self, name: str) -> bool:
        """Remove a host with its clients; return False if there is none."""
        gone = delete(nps_hosts).where(nps_hosts.c.name == name).returning(nps_hosts.c.name)
        with self._changing() as connection:
            connection.execute(delete(nps_clients).where(nps_clients.c.host == name))
            return connection.execute(gone).first() is not None

    def clients(self, host: str | None = None) -> Sequence[NpsClient]:
        """Return the clients of all hosts, or of one, in the order of their creation."""
        wanted = _CLIENTS if host is None else _CLIENTS.where(nps_clients.c.host == host)
        with self._database.read() as connection:
            return _readable(self._client_from_row, connection.execute(wanted))

    def change_client(self, host: str, network: str, change: ChangeClient) -> NpsClient | None:
        """Store what *change* makes of the client, or of None; return None if there is no host."""
        wanted = _CLIENTS.where(nps_clients.c.host == host, nps_clients.c.network == network)
        with self._changing() as connection:
            if _host(connection, host) is None:
                return None
            found = _readable(self._client_from_row, connection.execute(wanted))
            client = change(found[0] if found else None)
            upsert(connection, nps_clients, ("host", "network"), self._row_of_client(client))
        return client

    def remove_client(self, host: str, network: str) -> bool:
        """Remove a client; return False if there is none."""
        gone = (
            delete(nps_clients)
            .where(nps_clients.c.host == host, nps_clients.c.network == network)
            .returning(nps_clients.c.network)
        )
        with self._changing() as connection:
            return connection.execute(gone).first() is not None

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """Open a transaction in which nobody else changes hosts and clients, on any node."""
        with self._database.write() as connection:
            connection.execute(_COUNT_UP, {"name": _COUNTER})
            yield connection

    def _row_of_client(self, client: NpsClient) -> dict[str, Any]:
        binding = _binding(client.host, client.network)
        sealed = self._seal.seal({"secret": client.secret}, bound_to=binding)
        return asdict(client) | {"secret": sealed}

    def _client_from_row(self, row: RowMapping) -> NpsClient:
        binding = _binding(row["host"], row["network"])
        secret = self._seal.open(row["secret"], bound_to=binding)["secret"]
        check_secret(secret)  # an empty one would let anybody in
        return NpsClient(
            host=row["host"],
            network=read_network(row["network"]),
            secret=secret,
            can_answer_challenge=bool(row["can_answer_challenge"]),
            needs_message_authenticator=bool(row["needs_message_authenticator"]),
            timeout=int(row["timeout"]),
            label=str(row["label"]),
            changed_at=_instant(row["changed_at"]),
            changed_by=str(row["changed_by"]),
        )


def _binding(host: str, network: str) -> str:
    return f"{host}\0{network}"


def _host(connection: Connection, name: str) -> NpsHost | None:
    found = _readable(_host_from_row, connection.execute(_HOSTS.where(nps_hosts.c.name == name)))
    return found[0] if found else None


def _row_of_host(host: NpsHost) -> dict[str, Any]:
    row = {name: getattr(host, name) for name in _PLAIN}
    row |= {name: " ".join(getattr(host, name)) for name in _LISTS}
    row |= dict(zip(REGISTRY, astuple(host.registry), strict=True))
    return row | dict(zip(IN_FORCE, astuple(host.in_force), strict=True))


def _host_from_row(row: RowMapping) -> NpsHost:
    return NpsHost(
        name=row["name"],
        version=str(parse_version(row["version"])),
        addresses=read_addresses(row["addresses"].split()),
        port=read_port(int(row["port"])),
        legacy_port=bool(row["legacy_port"]),
        protocols=tuple(row["protocols"].split()),
        registry=RegistryValues(*(str(row[name]) for name in REGISTRY)),
        in_force=RegistryValues(*(str(row[name]) for name in IN_FORCE)),
        restarted_at=_instant(row["restarted_at"]),
        changed_at=_instant(row["changed_at"]),
        changed_by=str(row["changed_by"]),
    )


def _instant(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def _readable(read: Callable[[RowMapping], T], rows: CursorResult[Any]) -> list[T]:
    """Return what *read* makes of the rows; each that it cannot read is logged once."""
    found = []
    for row in rows.mappings():
        try:
            found.append(read(row))
        except (TallystickError, ValueError, TypeError, AttributeError, LookupError, OverflowError):
            place = str(row.get("name") or f"{row.get('host')} {row.get('network')}")
            log_once("nps_row_unreadable", place=place[:MAX_PLACE_LENGTH])
    return found
