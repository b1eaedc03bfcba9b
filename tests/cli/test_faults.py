"""``tallystick faults list`` and ``tallystick sp fault``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.service_providers.metadata_parts import SP_ID, metadata

from idp.saml_faults.catalogue import FAULTS


@pytest.fixture
def trust(farm_folder: Path, done) -> str:
    """A trust on a server for testing."""
    file = farm_folder / "tallystick.toml"
    file.write_text(file.read_text() + "\n[testing]\nallow_faults = true\n")
    (farm_folder / "sp.xml").write_text(metadata())
    done("sp", "add", "sp.xml")
    return SP_ID


def test_the_faults_are_listed(done):
    listed = json.loads(done("faults", "list", "--json"))

    assert [each["code"] for each in listed] == [fault.code for fault in FAULTS]
    assert "audience_wrong\taudience\trefuse\tIt refuses" in done("faults", "list", "audience")
    assert "xsw1" not in done("faults", "list", "audience")


def test_a_fault_is_set_shown_and_cleared(done, trust):
    assert "has the fault xsw3" in done("sp", "fault", trust, "xsw3")
    assert "xsw3" in done("sp", "fault", trust)
    [due] = json.loads(done("sp", "fault", trust, "--json"))
    assert due["fault"] == "xsw3"
    assert due["set_by"].endswith("command line)")
    assert "as usual" in done("sp", "fault", trust, "--clear")
    assert json.loads(done("sp", "fault", trust, "--json")) == []


def test_a_server_for_real_use_refuses_one_and_says_what_to_do(tally, farm_folder, done):
    (farm_folder / "sp.xml").write_text(metadata())
    done("sp", "add", "sp.xml")

    refused = tally("sp", "fault", SP_ID, "xsw3")

    assert refused.exit_code == 1
    assert "--allow-faults" in refused.stderr


def test_a_code_and_clear_together_are_wrong_usage(tally, trust):
    assert tally("sp", "fault", trust, "xsw3", "--clear").exit_code == 2
