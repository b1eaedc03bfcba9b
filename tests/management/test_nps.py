"""An NPS host as administrators see it: what users see, why, and what a restart would change."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from support.clock import NOON

import adapter
from adapter.nps_extension import KNOWN_VERSIONS
from idp.management import nps
from idp.nps.clients import BadNpsClient
from idp.nps.hosts import PROTOCOLS, new_host
from idp.nps.registry import RegistryValues

TABLE = Path(__file__).parents[1] / "adapter" / "data" / "experience-table.csv"
SECRET = "a long shared secret"
HOST = new_host("nps1", "1.2.2216.1", NOON, "somebody")


def view(version="1.2.2216.1", override="", registry="", **settings):
    """A host with an override in force, and one that is set."""
    values = {"in_force": RegistryValues(override), "registry": RegistryValues(registry)}
    return nps.view_of(replace(HOST, version=version, **values, **settings), clients=2)


@pytest.mark.parametrize(
    ("version", "override", "shows"),
    [
        ("1.2.2216.1", "", ["a code", "Approve/Deny", "a refusal", "a refusal"]),
        ("1.2.2216.1", "FALSE", ["Approve/Deny"] * 4),
        ("1.0.1.40", "", ["Approve/Deny"] * 4),
        ("1.0.1.40", "TRUE", ["a code", "Approve/Deny", "a refusal", "a refusal"]),
        ("1.0.1.40", "true", ["Approve/Deny"] * 4),
        ("1.0.1.32", "TRUE", ["Approve/Deny"] * 4),
    ],
)
def test_each_kind_of_sign_in_has_its_own_line(version, override, shows):
    cases = view(version, override).cases

    assert [case.shows for case in cases] == shows
    assert [case.label for case in cases] == [
        "PAP, user with a code",
        "PAP, user without a code",
        "MSCHAPv2, user with a code",
        "PAP, client that cannot ask for a code",
    ]


@pytest.mark.parametrize("version", KNOWN_VERSIONS, ids=str)
@pytest.mark.parametrize("override", ["", "TRUE", "FALSE", "true"])
def test_the_value_in_force_decides_and_not_the_one_that_is_set(version, override):
    shown = view(str(version), override, registry="TRUE" if override != "TRUE" else "FALSE")

    assert [case.reason for case in shown.cases] == [
        case.reason for case in view(str(version), override, registry=override).cases
    ]
    for case in shown.cases:
        assert case.decision == adapter.decide(
            scenario="nps",
            host=str(version),
            override=override,
            totp_registered="yes" if case.has_code else "no",
            protocol=case.protocol,
            client_can_answer_challenge="yes" if case.can_answer else "no",
        )


def test_a_pending_restart_shows_what_it_will_change():
    pending = view("1.0.1.40", registry="TRUE")

    assert pending.host.pending
    assert (pending.main.shows, pending.after_restart[0].shows) == ("Approve/Deny", "a code")
    assert (pending.override, pending.override_in_force) == ("TRUE", "unset")
    assert view("1.0.1.40", "TRUE", registry="TRUE").after_restart == ()


@pytest.mark.parametrize(
    ("protocols", "first", "reasons"),
    [
        (("PAP",), "PAP", {"PAP": "totp_by_version", "MSCHAPv2": "protocol_not_allowed"}),
        (("MSCHAPv2",), "MSCHAPv2", {"MSCHAPv2": "challenge_needs_pap"}),
        (("CHAP",), "CHAP", {"CHAP": "challenge_needs_pap", "MSCHAPv2": "protocol_not_allowed"}),
        (("from a later version",), "PAP", {"PAP": "protocol_not_allowed"}),
    ],
)
def test_a_protocol_that_the_host_does_not_allow_is_refused(protocols, first, reasons):
    shown = view(protocols=protocols)

    assert shown.main.protocol == first
    found = {case.protocol: case.reason for case in reversed(shown.cases[:3]) if case.has_code}
    assert reasons.items() <= found.items()
    for case in shown.cases:
        assert (case.decision is None) == (case.protocol not in protocols)
        assert case.shows.startswith("a refusal: the host does not") == (case.decision is None)


def test_every_experience_that_is_decided_has_words():
    table = csv.DictReader(TABLE.open())
    decided = {row["expected"] for row in table if row["scenario"] == "nps"}

    assert decided == set(nps.EXPERIENCE_TEXTS)
    assert set(PROTOCOLS) == {"PAP", "MSCHAPv2", "CHAP", "EAP"}


def test_a_host_is_returned_with_all_that_is_known(services):
    services.nps.set_host("nps1", "admin", version="1.0.1.40", addresses=["192.0.2.1"])
    services.nps.add_client("nps1", "192.0.2.9", "admin", secret=SECRET)
    change = services.nps.set_registry("nps1", "admin", override="true")

    told = nps.host_as_json(nps.host(services, "nps1"))

    assert told.pop("cases")[0] == {
        "protocol": "PAP",
        "totp_registered": True,
        "client_can_answer_challenge": True,
        "experience": "approve_deny",
        "reason": "override_not_set",
    }
    assert [case["experience"] for case in told.pop("after_restart")] == ["approve_deny"] * 4
    assert [warning[:20] for warning in told.pop("warnings")] == [
        "Version 1.0.1.40 is ",
        "OVERRIDE_NUMBER_MATC",
    ]
    at = f"{services.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    assert told == {
        "name": "nps1",
        "version": "1.0.1.40",
        "addresses": ["192.0.2.1"],
        "port": 1812,
        "legacy_port": False,
        "protocols": ["PAP", "MSCHAPv2"],
        "registry": {"override": "true", "require_user_match": "unset", "ip_whitelist": "unset"},
        "in_force": {"override": "unset", "require_user_match": "unset", "ip_whitelist": "unset"},
        "pending_restart": True,
        "experience": "approve_deny",
        "reason": "override_not_set",
        "clients": 1,
        "restarted_at": at,
        "changed_at": at,
        "changed_by": "admin",
    }
    assert [shown.host.name for shown in nps.hosts(services)] == ["nps1"]
    assert nps.change_as_json(services, change)["warnings"] == list(change.warnings)


def test_a_client_is_returned_without_its_secret(services):
    services.nps.set_host("nps1", "admin", version="1.2.2216.1")
    client = nps.add_client(services, "nps1", "192.0.2.0/24", secret="x", label="VPN")

    told = nps.client_as_json(client)

    assert "fewer than 16" in told.pop("warnings")[0]
    assert told == {
        "host": "nps1",
        "network": "192.0.2.0/24",
        "can_answer_challenge": True,
        "needs_message_authenticator": True,
        "timeout": 60,
        "label": "VPN",
        "changed_at": f"{services.clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "changed_by": "server",
    }


@pytest.mark.parametrize(
    ("settings", "can_answer"),
    [
        ({}, True),
        ({"preset": "rd-gateway"}, False),
        ({"preset": "rd-gateway", "can_answer_challenge": True}, True),
        ({"can_answer_challenge": False}, False),
    ],
)
def test_a_preset_says_what_a_client_can_do_unless_it_is_said(settings, can_answer, services):
    services.nps.set_host("nps1", "admin", version="1.2.2216.1")

    client = nps.add_client(services, "nps1", "192.0.2.1", secret=SECRET, **settings)

    assert client.can_answer_challenge is can_answer
    with pytest.raises(BadNpsClient, match="preset"):
        nps.add_client(services, "nps1", "192.0.2.1", secret=SECRET, preset="vpn")
