"""``tallystick nps``: hosts, registry values and their restart."""

from __future__ import annotations

import codecs
import json

import pytest

from idp.nps.reg_file import MAX_REG_FILE_BYTES
from idp.nps.registry import KEY, RegistryValues

REG_FILE = (
    "Windows Registry Editor Version 5.00\r\n\r\n"
    f"[{KEY}]\r\n"
    '"OVERRIDE_NUMBER_MATCHING_WITH_OTP"="TRUE"\r\n'
    '"CLIENT_ID"="981f26a1"\r\n'
)


@pytest.fixture(autouse=True)
def _as_root(monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "root")


@pytest.fixture
def nps1(done):
    return json.loads(done("nps", "set", "nps1", "1.2.2216.1", "--json"))


def test_a_new_name_makes_a_host_and_a_known_one_is_changed(done):
    assert done("nps", "set", "nps1", "1.2.2216.1") == (
        "nps1 runs NPS extension 1.2.2216.1 and shows a code.\n"
    )
    assert "shows Approve/Deny" in done("nps", "set", "nps1", "1.0.1.40")
    assert done("nps", "list").count("nps1") == 1


def test_set_prints_the_host_as_the_api_does(nps1):
    assert (nps1["name"], nps1["version"], nps1["experience"]) == ("nps1", "1.2.2216.1", "totp")
    assert nps1["changed_by"] == "root (command line)"
    assert nps1["pending_restart"] is False
    assert nps1["warnings"] == []


def test_every_setting_has_an_option(done, services):
    done(
        "nps", "set", "nps1", "1.2.2893.1", "--listen", "192.0.2.1", "--listen", "2001:DB8::1",
        "--port", "11812", "--legacy-port", "--protocol", "pap", "--override", "TRUE",
        "--require-user-match", "FALSE", "--ip-whitelist", "192.0.2.7;192.0.2.8",
    )  # fmt: skip
    host = services.nps.host("nps1")

    assert host.addresses == ("192.0.2.1", "2001:db8::1")
    assert (host.port, host.legacy_port, host.protocols) == (11812, True, ("PAP",))
    assert host.registry == RegistryValues("TRUE", "FALSE", "192.0.2.7;192.0.2.8")
    done("nps", "set", "nps1", "--no-legacy-port", "--override", "unset", "--ip-whitelist", "unset")
    host = services.nps.host("nps1")
    assert (host.version, host.port, host.legacy_port) == ("1.2.2893.1", 11812, False)
    assert host.registry == RegistryValues("", "FALSE", "")


def test_the_override_waits_for_the_restart_and_every_command_says_so(done, nps1):
    printed = done("nps", "set", "nps1", "--override", "FALSE")
    assert "shows a code.\nAfter tallystick nps restart nps1 it shows Approve/Deny.\n" in printed
    assert "yes; then it shows Approve/Deny" in done("nps", "list")

    restarted = done("nps", "restart", "nps1")

    assert restarted == "The NPS service of nps1 has restarted. It shows Approve/Deny.\n"
    (host,) = json.loads(done("nps", "list", "--json"))
    assert (host["experience"], host["reason"]) == ("approve_deny", "override_off")
    assert (host["pending_restart"], host["after_restart"]) == (False, [])
    assert json.loads(done("nps", "restart", "nps1", "--json"))["in_force"]["override"] == "FALSE"


@pytest.mark.parametrize("value", ["true", "Yes", "1"])
def test_a_wrong_override_counts_as_unset_with_a_warning(value, tally, nps1):
    result = tally("nps", "set", "nps1", "--override", value)

    assert result.exit_code == 0
    assert "counts as unset" in result.stderr
    assert f"{value!r}" in tally("nps", "list").stderr


@pytest.mark.parametrize(
    ("version", "warned"), [("1.2.2216.1", False), ("1.2.2131.2", True), ("1.0.1.32", True)]
)
def test_list_warns_of_versions_that_do_not_ask_for_a_code_by_themselves(version, warned, tally):
    tally("nps", "set", "nps1", version)

    warnings = tally("nps", "list").stderr

    said = f"tallystick: warning: nps1: Version {version} is earlier than 1.2.2216.1"
    assert warnings.startswith(said) == warned
    assert bool(warnings) == warned


def test_list_says_what_each_host_shows_and_why(done, nps1):
    header, row = [line.split("\t") for line in done("nps", "list").splitlines()]

    assert header == [
        "host", "version", "shows", "reason", "override", "pending restart", "protocols",
        "listens on", "clients", "changed", "by",
    ]  # fmt: skip
    assert row[:9] == [
        "nps1", "1.2.2216.1", "a code", "totp_by_version", "unset", "no", "PAP, MSCHAPv2",
        "0.0.0.0, ::; port 1812", "0",
    ]  # fmt: skip


def test_a_farm_without_hosts_says_how_to_add_one(tally):
    assert tally("nps", "list").stderr.startswith(
        "There is no NPS host yet. Add one: tallystick nps set"
    )
    assert tally("nps", "list", "--json").stdout == "[]\n"


@pytest.mark.parametrize("content", [REG_FILE.encode("utf-16"), REG_FILE.encode()])
@pytest.mark.parametrize("source", ["file", "stdin"])
def test_a_reg_file_is_imported(content, source, tally, nps1, services, farm_folder):
    (farm_folder / "AzureMfa.reg").write_bytes(content)
    argument, given = ("AzureMfa.reg", None) if source == "file" else ("-", content)

    result = tally("nps", "import", "nps1", argument, "--json", input=given)

    told = json.loads(result.stdout)
    assert (told["registry"]["override"], told["pending_restart"]) == ("TRUE", True)
    assert told["warnings"] == ["These values have no effect here: CLIENT_ID."]
    assert "CLIENT_ID" in result.stderr
    assert services.nps.host("nps1").registry == RegistryValues("TRUE")


def test_an_import_says_what_the_restart_will_change(tally, nps1, done):
    done("nps", "set", "nps1", "1.0.1.40")

    printed = tally("nps", "import", "nps1", "-", input=REG_FILE.encode("utf-16")).stdout

    assert "After tallystick nps restart nps1 it shows a code." in printed


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_reg_file"),
        (codecs.BOM_UTF16_LE, "not_a_reg_file"),
        (REG_FILE.encode() + b"x", "bad_reg_file"),
        (b"REGEDIT4\n", "reg_file_without_key"),
        (REG_FILE.encode() + b";" * MAX_REG_FILE_BYTES, "reg_file_too_large"),
        (REG_FILE.replace("TRUE", "T" * 5000).encode(), "bad_registry_value"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_with_its_code(
    content, code, refused, nps1, services
):
    assert refused("nps", "import", "nps1", "-", input=content).endswith(f"[{code}]\n")
    assert not services.nps.host("nps1").pending


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("set", "nps1", "latest"), "not_a_version"),
        (("set", "nps1", "--port", "0"), "bad_nps_host"),
        (("set", "nps1", "--listen", "localhost"), "bad_nps_host"),
        (("set", "nps1", "--protocol", "MSCHAP"), "bad_nps_host"),
        (("set", "two words", "1.2.2216.1"), "bad_nps_host"),
        (("set", "nps2", "--port", "1813"), "bad_nps_host"),
        (("restart", "nps2"), "unknown_nps_host"),
        (("remove", "nps2"), "unknown_nps_host"),
        (("import", "nps2", "-"), "unknown_nps_host"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_code(args, code, refused, nps1, services):
    before = services.nps.hosts()

    assert refused("nps", *args, input=REG_FILE.encode()).endswith(f"[{code}]\n")
    assert services.nps.hosts() == before


def test_set_without_anything_to_set_is_wrong_usage(tally, nps1):
    assert tally("nps", "set", "nps1").exit_code == 2
    assert tally("nps", "set", "nps2").exit_code == 2


def test_two_hosts_at_one_place_are_warned_of(tally, nps1):
    assert "nps1 listens on" in tally("nps", "set", "nps2", "1.2.2216.1").stderr
    assert tally("nps", "set", "nps2", "--port", "1813").stderr == ""


def test_a_removed_host_is_gone(done, refused, nps1):
    assert json.loads(done("nps", "remove", "nps1", "--json")) == {"name": "nps1", "removed": True}
    assert "[unknown_nps_host]" in refused("nps", "remove", "nps1")
