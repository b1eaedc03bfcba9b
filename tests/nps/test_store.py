"""The NPS hosts and clients of a farm: set, imported, restarted, removed, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from support.clock import NOON

from adapter.errors import TallystickError
from adapter.nps_extension import NotAVersionError
from idp.nps.clients import BadNpsClient
from idp.nps.hosts import BadNpsHost
from idp.nps.registry import KEY, RegistryValues, changes_from_texts
from idp.nps.store import NpsServers
from idp.session.seal import Sealer
from idp.store.nps import SqlNpsStore

SEAL = Sealer(b"x" * 32).purpose("nps-client-secret")
SECRET = "a long shared secret"
REG_FILE = f'REGEDIT4\n[{KEY}]\n"OVERRIDE_NUMBER_MATCHING_WITH_OTP"="TRUE"\n'.encode()


@pytest.fixture
def nps(database, clock):
    return NpsServers(SqlNpsStore(database, SEAL), clock)


@pytest.fixture
def nps1(nps):
    return nps.set_host("nps1", "admin", version="1.2.2216.1").host


def add(nps, network="192.0.2.1", host="nps1", **settings):
    return nps.add_client(host, network, "admin", **{"secret": SECRET, **settings})


def test_a_new_name_with_a_version_makes_a_host(nps, nps1, clock):
    assert (nps1.name, nps1.version, nps1.changed_by) == ("nps1", "1.2.2216.1", "admin")
    assert nps1.changed_at == nps1.restarted_at == clock.now() == NOON
    assert nps.hosts() == (nps1,)
    assert nps.host("nps1") == nps.existing("nps1") == nps1
    assert nps.host("nps2") is None


def test_all_settings_of_a_host_are_kept(nps, database, clock):
    change = nps.set_host(
        "nps1",
        "admin",
        version=" 1.2.2893.1",
        addresses=["192.0.2.1", "2001:DB8::1"],
        port=11812,
        legacy_port=True,
        protocols=["eap", "pap"],
    )

    assert change.host.version == "1.2.2893.1"
    assert change.host.addresses == ("192.0.2.1", "2001:db8::1")
    assert (change.host.port, change.host.legacy_port) == (11812, True)
    assert change.host.protocols == ("PAP", "EAP")
    assert NpsServers(SqlNpsStore(database, SEAL), clock).hosts() == (change.host,)


def test_what_is_not_given_stays(nps, clock):
    nps.set_host("nps2", "admin", version="1.2.2216.1", port=1000, protocols=["PAP"])
    nps.set_host("nps1", "admin", version="1.2.2216.1")
    clock.advance(hours=1)

    host = nps.set_host("nps2", "operator", version="1.0.1.40").host

    assert (host.version, host.port, host.protocols) == ("1.0.1.40", 1000, ("PAP",))
    assert (host.changed_at, host.changed_by, host.restarted_at) == (clock.now(), "operator", NOON)
    assert [each.name for each in nps.hosts()] == ["nps2", "nps1"]


@pytest.mark.parametrize(
    ("name", "settings", "error"),
    [
        ("nps2", {}, BadNpsHost),
        ("nps2", {"port": 1812}, BadNpsHost),
        ("two words", {"version": "1.2.2216.1"}, BadNpsHost),
        ("nps1", {"version": "latest"}, NotAVersionError),
        ("nps1", {"port": 0}, BadNpsHost),
        ("nps1", {"addresses": []}, BadNpsHost),
        ("nps1", {"protocols": ["x"]}, BadNpsHost),
    ],
)
def test_wrong_settings_change_nothing(name, settings, error, nps, nps1):
    with pytest.raises(error):
        nps.set_host(name, "admin", **settings)

    assert nps.hosts() == (nps1,)


def test_registry_values_are_pending_until_the_restart(nps, nps1, clock):
    change = nps.set_registry("nps1", "admin", override="TRUE", ip_whitelist="192.0.2.1")
    assert change.host.pending
    assert change.host.registry == RegistryValues("TRUE", "", "192.0.2.1")
    assert change.host.in_force == RegistryValues()
    clock.advance(hours=1)

    restarted = nps.restart("nps1", "operator")

    assert not restarted.pending
    assert restarted.in_force == RegistryValues("TRUE", "", "192.0.2.1")
    assert (restarted.restarted_at, restarted.changed_by) == (clock.now(), "operator")
    assert nps.host("nps1") == restarted


def test_the_values_of_a_new_host_wait_for_a_restart_too(nps):
    values = changes_from_texts({"override": "FALSE"})

    assert nps.set_host("nps1", "admin", version="1.2.2216.1", registry=values).host.pending


def test_unset_and_an_empty_text_delete_a_value(nps, nps1):
    nps.set_registry("nps1", "admin", override="TRUE", require_user_match="FALSE")

    host = nps.set_registry("nps1", "admin", override="unset", require_user_match="").host

    assert host.registry == RegistryValues()
    assert not host.pending


def test_a_reg_file_is_imported(nps, nps1):
    change = nps.import_reg("nps1", REG_FILE + b'"CLIENT_ID"="x"\n', "admin")

    assert change.host.registry == RegistryValues("TRUE")
    assert change.warnings == ("These values have no effect here: CLIENT_ID.",)


def test_a_faulty_reg_file_changes_nothing(nps, nps1):
    with pytest.raises(TallystickError):
        nps.import_reg("nps1", REG_FILE + b"x", "admin")

    assert nps.hosts() == (nps1,)


def test_there_are_warnings_about_version_values_and_addresses(nps, nps1):
    change = nps.set_host("nps2", "admin", version="1.0.1.40")

    assert [warning[:12] for warning in change.warnings] == ["Version 1.0.", "nps1 listens"]
    assert "counts as unset" in nps.set_registry("nps1", "a", override="true").warnings[0]


def test_what_is_not_there_is_not_changed(nps):
    for change in (
        lambda: nps.existing("nps9"),
        lambda: nps.set_registry("nps9", "admin", override="TRUE"),
        lambda: nps.import_reg("nps9", REG_FILE, "admin"),
        lambda: nps.restart("nps9", "admin"),
        lambda: nps.remove("nps9"),
        lambda: add(nps, host="nps9"),
    ):
        with pytest.raises(BadNpsHost, match="nps9"):
            change()
    assert (nps.hosts(), nps.clients()) == ((), ())


def test_a_client_is_added_with_its_settings(nps, nps1, database, clock):
    client = nps.add_client(
        "nps1",
        "192.0.2.0/255.255.255.0",
        "admin",
        secret=SECRET,
        can_answer_challenge=False,
        needs_message_authenticator=False,
        timeout=90,
        label="Gateway",
    )

    assert (client.host, client.network, client.secret) == ("nps1", "192.0.2.0/24", SECRET)
    assert (client.can_answer_challenge, client.needs_message_authenticator) == (False, False)
    assert (client.timeout, client.label, client.changed_at) == (90, "Gateway", NOON)
    assert NpsServers(SqlNpsStore(database, SEAL), clock).clients("nps1") == (client,)


def test_a_client_is_replaced_and_may_keep_its_secret(nps, nps1):
    add(nps, label="VPN")
    add(nps, "2001:db8::1")

    client = add(nps, secret=None, timeout=90)

    assert (client.secret, client.timeout, client.label) == (SECRET, 90, "")
    assert [each.network for each in nps.clients()] == ["192.0.2.1", "2001:db8::1"]
    assert add(nps, secret="another").secret == "another"


@pytest.mark.parametrize(
    "settings",
    [
        {"secret": ""},
        {"secret": None},
        {"network": "192.0.2.1/24"},
        {"timeout": 2},
        {"label": "a\nb"},
    ],
)
def test_wrong_settings_add_no_client(settings, nps, nps1):
    with pytest.raises(BadNpsClient):
        add(nps, **settings)

    assert nps.clients() == ()


def test_a_removed_client_is_gone(nps, nps1):
    add(nps)

    nps.remove_client("nps1", " 192.0.2.1/32")

    assert nps.clients() == ()
    with pytest.raises(BadNpsClient, match=r"192\.0\.2\.1"):
        nps.remove_client("nps1", "192.0.2.1")


def test_a_removed_host_takes_its_clients_along(nps, nps1):
    nps.set_host("nps2", "admin", version="1.2.2216.1")
    add(nps)
    add(nps, host="nps2")

    nps.remove("nps1")

    assert [host.name for host in nps.hosts()] == ["nps2"]
    assert [client.host for client in nps.clients()] == ["nps2"]
    nps.set_host("nps1", "admin", version="1.2.2216.1")
    assert nps.clients("nps1") == ()


def test_every_change_moves_the_stamp_and_nothing_else_does(nps):
    def stamps():
        yield nps.stamp()
        nps.set_host("nps1", "admin", version="1.2.2216.1")
        yield nps.stamp()
        nps.set_registry("nps1", "admin", override="TRUE")
        yield nps.stamp()
        nps.restart("nps1", "admin")
        yield nps.stamp()
        add(nps)
        yield nps.stamp()
        nps.remove_client("nps1", "192.0.2.1")
        yield nps.stamp()
        nps.remove("nps1")
        yield nps.stamp()

    seen = list(stamps())

    assert seen == sorted(set(seen))
    with pytest.raises(BadNpsHost):
        nps.restart("nps1", "admin")
    assert (nps.hosts(), nps.clients()) == ((), ())
    assert nps.stamp() == seen[-1]


def test_changes_of_many_administrators_at_once_are_all_kept(open_database, clock, nps1):
    """Each sets something else of one host, through its own connection."""
    servers = [NpsServers(SqlNpsStore(open_database(), SEAL), clock) for _ in range(4)]
    changes = [
        lambda nps: nps.set_host("nps1", "a", version="1.0.1.41"),
        lambda nps: nps.set_host("nps1", "b", port=11812),
        lambda nps: nps.set_registry("nps1", "c", override="TRUE"),
        lambda nps: nps.set_registry("nps1", "d", require_user_match="FALSE"),
    ]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda change, nps: change(nps), changes, servers))

    host = servers[0].host("nps1")
    assert (host.version, host.port) == ("1.0.1.41", 11812)
    assert host.registry == RegistryValues("TRUE", "FALSE")
    assert servers[0].stamp() == 5


def test_a_host_that_is_removed_while_clients_are_added_leaves_none(open_database, clock, nps1):
    servers = [NpsServers(SqlNpsStore(open_database(), SEAL), clock) for _ in range(4)]

    def add_or_remove(number):
        if number == 3:
            servers[3].remove("nps1")
            return
        with suppress(BadNpsHost):
            add(servers[number], f"192.0.2.{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_or_remove, range(4)))

    assert servers[0].clients() == ()
