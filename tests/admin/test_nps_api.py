"""NPS hosts, registry values and clients by REST."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.nps.registry import KEY, RegistryValues

HOSTS = "/admin/api/nps"
HOST = f"{HOSTS}/nps1"
CLIENT = f"{HOST}/clients/192.0.2.0/24"
SECRET = "a long shared secret"
REG_FILE = f'REGEDIT4\r\n[{KEY}]\r\n"OVERRIDE_NUMBER_MATCHING_WITH_OTP"="TRUE"\r\n'


@pytest.fixture
def nps1(script):
    answer = script("PUT", HOST, {"version": "1.2.2216.1"})
    assert answer.status_code == 200
    return answer.json


def test_put_makes_and_changes_a_host_and_get_shows_it(script, nps1, services):
    assert (nps1["name"], nps1["experience"], nps1["changed_by"]) == (
        "nps1",
        "totp",
        "administrator (API)",
    )
    changed = script(
        "PUT",
        HOST,
        {
            "version": "1.0.1.40",
            "addresses": ["192.0.2.1"],
            "port": 11812,
            "legacy_port": True,
            "protocols": ["PAP"],
            "registry": {"override": "TRUE"},
        },
    ).json

    assert changed["warnings"][0].startswith("Version 1.0.1.40 is earlier")
    assert script("GET", HOST).json == changed == script("GET", HOSTS).json[0]
    host = services.nps.host("nps1")
    assert (host.addresses, host.port, host.legacy_port) == (("192.0.2.1",), 11812, True)
    assert (host.protocols, host.registry) == (("PAP",), RegistryValues("TRUE"))
    assert script("PUT", HOST, {"legacy_port": False}).json["legacy_port"] is False


def test_the_override_waits_for_the_restart(script, nps1):
    pending = script("PUT", f"{HOST}/registry", {"override": "FALSE"}).json
    assert (pending["experience"], pending["pending_restart"]) == ("totp", True)
    assert pending["after_restart"][0]["experience"] == "approve_deny"
    assert script("GET", f"{HOST}/registry").json == {
        "override": "FALSE",
        "require_user_match": "unset",
        "ip_whitelist": "unset",
    }

    restarted = script("POST", f"{HOST}/restart").json

    assert (restarted["experience"], restarted["pending_restart"]) == ("approve_deny", False)
    unset = script("PUT", f"{HOST}/registry", {"override": "unset"}).json
    assert unset["registry"]["override"] == "unset"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_reg_file_may_be_the_body(encoding, kind, script, nps1, services):
    answer = script("PUT", f"{HOST}/registry", REG_FILE.encode(encoding), Content_Type=kind)

    assert answer.json["registry"]["override"] == "TRUE"
    assert services.nps.host("nps1").registry == RegistryValues("TRUE")


def test_a_client_is_added_listed_replaced_and_removed(script, nps1, services):
    body = {"secret": SECRET, "label": "VPN", "timeout": 90, "preset": "rd-gateway"}
    added = script("PUT", CLIENT, body).json
    assert (added["network"], added["timeout"]) == ("192.0.2.0/24", 90)
    assert added["can_answer_challenge"] is False
    assert script("GET", f"{HOST}/clients").json == [added]

    replaced = script("PUT", CLIENT, {"needs_message_authenticator": False})

    assert "CVE-2024-3596" in replaced.json["warnings"][0]
    assert replaced.json["can_answer_challenge"] is True
    assert services.nps.clients()[0].secret == SECRET
    assert script("DELETE", CLIENT).status_code == 204
    assert script("GET", f"{HOST}/clients").json == []


@pytest.mark.parametrize("network", ["192.0.2.7", "2001:db8::/64", "2001%3Adb8%3A%3A1"])
def test_a_network_of_either_family_is_an_address(network, script, nps1):
    assert script("PUT", f"{HOST}/clients/{network}", {"secret": SECRET}).status_code == 200
    assert script("DELETE", f"{HOST}/clients/{network}").status_code == 204


def test_no_answer_holds_a_secret(script, nps1):
    for method, path, body in (
        ("PUT", CLIENT, {"secret": SECRET}),
        ("PUT", CLIENT, {"secret": SECRET, "timeout": 1}),
        ("PUT", CLIENT, {"secret": SECRET, "more": SECRET}),
        ("PUT", CLIENT, {"secret": f"{SECRET}\n"}),
        ("GET", f"{HOST}/clients", None),
        ("GET", HOST, None),
        ("GET", HOSTS, None),
    ):
        assert SECRET not in script(method, path, body).text


def test_a_removed_host_is_gone(script, nps1):
    assert script("DELETE", HOST).status_code == 204
    assert script("GET", HOSTS).json == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("GET", f"{HOSTS}/none", None, 404, "unknown_nps_host"),
        ("DELETE", f"{HOSTS}/none", None, 404, "unknown_nps_host"),
        ("POST", f"{HOSTS}/none/restart", None, 404, "unknown_nps_host"),
        ("GET", f"{HOSTS}/none/registry", None, 404, "unknown_nps_host"),
        ("PUT", f"{HOSTS}/none/registry", REG_FILE.encode(), 404, "unknown_nps_host"),
        ("PUT", f"{HOSTS}/none/registry", {"override": "TRUE"}, 404, "unknown_nps_host"),
        ("GET", f"{HOSTS}/none/clients", None, 404, "unknown_nps_host"),
        ("PUT", f"{HOSTS}/none/clients/192.0.2.7", {"secret": "x"}, 404, "unknown_nps_host"),
        ("DELETE", f"{HOST}/clients/192.0.2.7", None, 404, "unknown_nps_client"),
        ("PUT", f"{HOSTS}/none", {"port": 1812}, 422, "bad_nps_host"),
        ("PUT", f"{HOSTS}/a b", {"version": "1.2.2216.1"}, 422, "bad_nps_host"),
        ("PUT", HOST, {"version": "newest"}, 422, "not_a_version"),
        ("PUT", HOST, {"version": 1}, 400, "bad_body"),
        ("PUT", HOST, {"port": "1812"}, 400, "bad_body"),
        ("PUT", HOST, {"port": True}, 400, "bad_body"),
        ("PUT", HOST, {"port": 1 << 70}, 422, "bad_nps_host"),
        ("PUT", HOST, {"addresses": "192.0.2.1"}, 400, "bad_body"),
        ("PUT", HOST, {"addresses": []}, 422, "bad_nps_host"),
        ("PUT", HOST, {"protocols": [1]}, 400, "bad_body"),
        ("PUT", HOST, {"legacy_port": 1}, 400, "bad_body"),
        ("PUT", HOST, {"registry": []}, 400, "bad_body"),
        ("PUT", HOST, {"registry": {"OVERRIDE": "TRUE"}}, 400, "bad_body"),
        ("PUT", HOST, {"registry": {"override": True}}, 400, "bad_body"),
        ("PUT", HOST, {"override": "TRUE"}, 400, "bad_body"),
        ("PUT", HOST, [], 400, "bad_body"),
        ("PUT", f"{HOST}/registry", {"x": "y"}, 400, "bad_body"),
        ("PUT", f"{HOST}/registry", b"{", 400, "bad_body"),
        ("PUT", f"{HOST}/registry", b"", 422, "not_a_reg_file"),
        ("PUT", f"{HOST}/registry", REG_FILE.encode() + b"x", 422, "bad_reg_file"),
        ("PUT", f"{HOST}/registry", b"x" * (1 << 21), 413, "body_too_large"),
        ("PUT", f"{HOST}/registry", {"ip_whitelist": "1" * 4001}, 422, "bad_registry_value"),
        ("PUT", CLIENT, {}, 422, "bad_nps_client"),
        ("PUT", CLIENT, {"secret": 1}, 400, "bad_body"),
        ("PUT", CLIENT, {"secret": ""}, 422, "bad_nps_client"),
        ("PUT", CLIENT, {"secret": "x", "timeout": 2}, 422, "bad_nps_client"),
        ("PUT", CLIENT, {"secret": "x", "preset": "vpn"}, 422, "bad_nps_client"),
        ("PUT", f"{HOST}/clients/192.0.2.1/24", {"secret": "x"}, 422, "bad_nps_client"),
        ("POST", HOST, {}, 405, "method_not_known"),
        ("GET", f"{HOST}/restart", None, 405, "method_not_known"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    method, path, body, status, error, script, nps1, services
):
    answer = script(method, path, body)

    assert (answer.status_code, answer.json["error"]) == (status, error)
    assert [host.version for host in services.nps.hosts()] == ["1.2.2216.1"]
    assert services.nps.hosts()[0].registry == RegistryValues()
    assert services.nps.clients() == ()


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", HOST), ("DELETE", HOST), ("POST", f"{HOST}/restart"), ("PUT", CLIENT), ("GET", HOSTS)],
)
def test_nothing_is_shown_or_changed_without_the_token(method, path, script, nps1, services):
    answer = script(method, path, {"version": "1.0.1.40"}, Authorization="Bearer wrong")

    assert answer.status_code == 401
    assert services.nps.hosts()[0].version == "1.2.2216.1"


def test_a_change_is_logged_without_its_secret(script, nps1, capsys):
    script("PUT", f"{HOST}/registry", {"override": "TRUE"})
    script("POST", f"{HOST}/restart")
    script("PUT", CLIENT, {"secret": SECRET})
    script("DELETE", CLIENT)
    script("DELETE", HOST)

    text = capsys.readouterr().err
    lines = [json.loads(line) for line in io.StringIO(text) if line.startswith("{")]
    changes = [line for line in lines if line["event"].startswith("nps_")]
    assert [line["event"] for line in changes] == [
        "nps_host_set", "nps_host_restarted", "nps_client_set", "nps_client_removed",
        "nps_host_removed",
    ]  # fmt: skip
    assert {line["nps_host"] for line in changes} == {"nps1"}
    assert (changes[0]["override"], changes[2]["network"]) == ("TRUE", "192.0.2.0/24")
    assert SECRET not in text


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = st.sampled_from(
    ["version", "addresses", "port", "legacy_port", "protocols", "registry", "secret", "timeout",
     "label", "preset", "override", "ip_whitelist"]
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from([HOST, f"{HOST}/registry", CLIENT, f"{HOST}/clients/x"]),
    body=st.dictionaries(KEYS, VALUES, max_size=4),
)
def test_no_body_gives_a_server_error(path, body, script):
    assert script("PUT", path, body).status_code < 500
