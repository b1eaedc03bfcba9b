"""What an NPS host may be named, where it may listen, and which settings are worth a warning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.clock import NOON

from idp.nps.hosts import (
    EVERY_ADDRESS,
    MAX_ADDRESSES,
    PROTOCOLS,
    BadNpsHost,
    check_name,
    new_host,
    overlaps,
    read_addresses,
    read_port,
    read_protocols,
)
from idp.nps.registry import RegistryValues

HOST = new_host("nps1", "1.2.2216.1", NOON, "admin")


def test_a_new_host_is_as_nps_is_installed():
    assert (HOST.addresses, HOST.port, HOST.legacy_port) == (EVERY_ADDRESS, 1812, False)
    assert HOST.protocols == ("PAP", "MSCHAPv2")
    assert not HOST.pending
    assert HOST.warnings() == ()


def test_values_that_are_not_in_force_are_pending():
    assert replace(HOST, registry=RegistryValues("TRUE")).pending
    assert replace(HOST, in_force=RegistryValues("TRUE")).pending


@pytest.mark.parametrize("name", ["", "-nps", "two words", "a/b", "x" * 64, "nps1\n", "ünode"])
def test_a_malformed_name_is_refused(name):
    with pytest.raises(BadNpsHost):
        check_name(name)


def test_addresses_are_canonical_and_each_stands_once():
    assert read_addresses(["2001:DB8:0::1", " 192.0.2.1", "2001:db8::1"]) == (
        "2001:db8::1",
        "192.0.2.1",
    )


@pytest.mark.parametrize(
    "texts",
    [
        (),
        ("localhost",),
        ("192.0.2.0/24",),
        ("",),
        [f"192.0.2.{n}" for n in range(MAX_ADDRESSES + 1)],
    ],
)
def test_what_is_no_address_or_too_many_is_refused(texts):
    with pytest.raises(BadNpsHost):
        read_addresses(texts)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(BadNpsHost):
        read_port(port)
    assert read_port(65535) == 65535


def test_protocols_are_read_in_any_case_and_kept_in_one_order():
    assert read_protocols(["mschapv2", "pap", "PAP"]) == ("PAP", "MSCHAPv2")
    assert read_protocols(PROTOCOLS[::-1]) == PROTOCOLS


@pytest.mark.parametrize("texts", [(), ("MSCHAP",), ("",), ("PAP", "x")])
def test_unknown_protocols_and_none_are_refused(texts):
    with pytest.raises(BadNpsHost):
        read_protocols(texts)


@pytest.mark.parametrize(
    ("version", "starts"),
    [
        ("1.2.2216.1", []),
        ("1.2.2131.2", ["Version 1.2.2131.2 is earlier than 1.2.2216.1"]),
        ("1.0.1.41", ["Version 1.0.1.41 is earlier"]),
        ("1.0.1.35", ["Version 1.0.1.35 is earlier", "No released version 1.0.1.35"]),
        ("1.2.3000.1", ["No released version 1.2.3000.1"]),
    ],
)
def test_early_and_unlisted_versions_are_warned_of(version, starts):
    warnings = replace(HOST, version=version).warnings()

    assert len(warnings) == len(starts)
    assert all(map(str.startswith, warnings, starts))


def test_registry_values_are_warned_of():
    (warning,) = replace(HOST, registry=RegistryValues("true")).warnings()

    assert "OVERRIDE_NUMBER_MATCHING_WITH_OTP" in warning


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        ({}, "0.0.0.0, port 1812"),
        ({"addresses": ("192.0.2.1",)}, "0.0.0.0, port 1812"),
        ({"addresses": ("2001:db8::1",)}, "::, port 1812"),
        ({"port": 1813}, ""),
        ({"port": 1645}, ""),
        ({"name": "nps1"}, ""),
    ],
)
def test_a_host_that_listens_where_another_does_is_warned_of(other, shared):
    warnings = list(overlaps(HOST, [replace(HOST, **{"name": "nps2", **other})]))

    assert [shared in warning for warning in warnings] == ([True] if shared else [])


def test_the_legacy_port_counts_too():
    legacy = replace(HOST, legacy_port=True)
    other = replace(HOST, name="nps2", port=1645)

    assert legacy.ports == (1812, 1645)
    assert replace(legacy, port=1645).ports == (1645,)
    assert "port 1645" in next(overlaps(legacy, [other]))
    one, two = (replace(HOST, name=f"n{n}", addresses=(f"192.0.2.{n}",)) for n in (1, 2))
    assert list(overlaps(one, [two])) == []
