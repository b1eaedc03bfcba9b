"""``tallystick adapters check``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.adapters.probe_adapters import Sends
from support.nets import NET_SECONDS

from adapter.conformance import RULES

TALLYSTICK = Path(sys.executable).with_name("tallystick")
OURS = "adapter.entra_mfa:AzureMfaAuthentication"
STRANGER = "passphrase_adapter:PassphraseAuthentication"


@pytest.fixture
def question(farm_folder: Path) -> str:
    (farm_folder / "question.toml").write_text('question = "Tea?"\nanswer = "yes"\n')
    return "question.toml"


def test_the_entra_adapter_keeps_the_contract(done):
    assert done("adapters", "check", OURS) == f"{OURS} keeps the contract.\n"


def test_an_installed_adapter_is_given_its_configuration(done, question):
    assert json.loads(done("adapters", "check", STRANGER, "--config", question, "--json")) == []


def test_every_broken_rule_is_one_line_and_sets_the_exit_status(tally):
    result = tally("adapters", "check", STRANGER)

    assert result.exit_code == 1
    assert result.stdout.startswith(f"loads: {RULES['loads'].sentence} Seen: ValueError")
    assert result.stdout.count("\n") == 1


def test_findings_are_data_too(tally):
    result = tally("adapters", "check", STRANGER, "--json")

    (finding,) = json.loads(result.stdout)
    assert result.exit_code == 1
    assert finding["rule"] == "loads"
    assert set(finding) == {"rule", "sentence", "seen", "remedy"}


def test_a_class_that_is_not_there_is_refused(refused):
    assert refused("adapters", "check", "no.such:Class").endswith("[bad_provider]\n")


def test_an_adapter_in_the_making_may_lie_in_the_current_folder(tmp_path):
    source = "from adapter.entra_mfa import AzureMfaAuthentication as Draft\n"
    (tmp_path / "draft_adapter.py").write_text(source)

    done = subprocess.run(  # noqa: S603 - our own command
        [TALLYSTICK, "adapters", "check", "draft_adapter:Draft"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=NET_SECONDS,
    )

    assert done.stdout == "draft_adapter:Draft keeps the contract.\n", done.stderr


def test_the_check_needs_no_server(tally, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert tally("adapters", "check", OURS).exit_code == 0
    assert list(tmp_path.glob("*.db")) == []


@pytest.mark.parametrize("options", [(), ("--for-real",)])
def test_an_adapter_that_can_rehearse_acts_only_for_real(options, tally):
    Sends.sent.clear()

    tally("adapters", "check", "support.adapters.probe_adapters:Sends", *options)

    assert bool(Sends.sent) == bool(options)
