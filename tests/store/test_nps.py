"""The rows of NPS hosts and clients: secrets are sealed, and a damaged row hurts only itself."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from idp.nps.hosts import BadNpsHost
from idp.nps.store import NpsServers
from idp.session.seal import Sealer
from idp.store.nps import SqlNpsStore

SEALER = Sealer(b"x" * 32)
SEAL = SEALER.purpose("nps-client-secret")
FIRST = "WHERE host = 'nps1' AND network = '192.0.2.1'"
SECRET = "a long shared secret"


@pytest.fixture
def nps(database, clock):
    servers = NpsServers(SqlNpsStore(database, SEAL), clock)
    for name in ("nps1", "nps2"):
        servers.set_host(name, "admin", version="1.2.2216.1")
        for network in ("192.0.2.1", "192.0.2.2"):
            servers.add_client(name, network, "admin", secret=f"{SECRET} of {name} {network}")
    return servers


def execute(database, statement, **values):
    with database.write() as connection:
        return connection.execute(text(statement), values)


def test_no_secret_stands_in_the_database(database, nps):
    with database.read() as connection:
        rows = connection.execute(text("SELECT * FROM nps_clients")).all()

    assert len(rows) == 4
    assert SECRET not in repr(rows)


def test_a_sealed_secret_is_worth_nothing_at_another_host_or_network(database, nps):
    """Somebody who can write rows moves a known secret to another client."""
    for column, value in (("host", "nps2"), ("network", "192.0.2.2")):
        known = f"(SELECT secret FROM nps_clients {FIRST})"  # noqa: S608 -- ours
        statement = f"UPDATE nps_clients SET secret = {known} WHERE {column} = :value"  # noqa: S608 -- ours
        execute(database, statement, value=value)

    assert [(each.host, each.network) for each in nps.clients()] == [("nps1", "192.0.2.1")]


def test_secrets_of_another_farm_are_not_read_and_their_clients_can_be_removed(
    open_database, clock, nps
):
    other = NpsServers(SqlNpsStore(open_database(), Sealer(b"y" * 32).purpose("x")), clock)

    assert other.clients() == ()
    other.remove_client("nps1", "192.0.2.1")
    assert len(nps.clients("nps1")) == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("version", "newest"),
        ("addresses", ""),
        ("addresses", "localhost"),
        ("port", 0),
        ("port", 99_999),
        ("changed_at", 9_000_000_000_000_000_000),
    ],
)
def test_a_host_that_cannot_be_read_is_left_out_and_can_be_set_again(column, value, database, nps):
    statement = f"UPDATE nps_hosts SET {column} = :value WHERE name = 'nps1'"  # noqa: S608 -- ours
    execute(database, statement, value=value)

    assert [host.name for host in nps.hosts()] == ["nps2"]
    with pytest.raises(BadNpsHost):
        nps.restart("nps1", "admin")
    nps.set_host("nps1", "admin", version="1.2.2216.1")
    assert [host.name for host in nps.hosts()] == ["nps1", "nps2"]


@pytest.mark.parametrize(
    ("column", "value"),
    [("secret", ""), ("secret", "x.y"), ("network", "somewhere"), ("changed_at", -(2**62))],
)
def test_a_client_that_cannot_be_read_is_left_out(column, value, database, nps):
    statement = f"UPDATE nps_clients SET {column} = :value {FIRST}"  # noqa: S608 -- ours
    execute(database, statement, value=value)

    assert [client.network for client in nps.clients("nps1")] == ["192.0.2.2"]
    assert len(nps.clients()) == 3


def test_an_empty_secret_is_never_read(database, nps):
    sealed = SEAL.seal({"secret": ""}, bound_to="nps1\0192.0.2.1")
    execute(database, f"UPDATE nps_clients SET secret = :sealed {FIRST}", sealed=sealed)  # noqa: S608 -- ours

    assert [client.network for client in nps.clients("nps1")] == ["192.0.2.2"]


def test_a_row_that_cannot_be_read_is_logged(database, clock, capsys):
    servers = NpsServers(SqlNpsStore(database, SEAL), clock)
    name = f"nps-{id(servers)}"  # no other test of this process has logged it
    servers.set_host(name, "admin", version="1.2.2216.1")
    execute(database, "UPDATE nps_hosts SET version = 'x'")

    servers.hosts()

    assert "nps_row_unreadable" in (logged := capsys.readouterr().err)
    assert name in logged
