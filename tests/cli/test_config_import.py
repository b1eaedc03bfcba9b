"""``tallystick config import-adfs``: shows what it takes, and takes it or writes a file."""

from __future__ import annotations

import json

import pytest
from support.adfs_exports import ALWAYS, ENTITY_ID, policy, powershell_7, rule, trust
from support.adfs_exports import windows_powershell as powershell_5


@pytest.fixture
def export(farm_folder):
    (farm_folder / "trusts.json").write_bytes(
        powershell_5([trust(AccessControlPolicyName="Ours"), trust(Identifier=[], Name="Broken")])
    )
    (farm_folder / "policies.json").write_bytes(powershell_7(policy("Ours", rule(ALWAYS))))
    return "trusts.json", "policies.json"


def test_a_rehearsal_tells_everything_and_changes_nothing(export, done, services):
    shown = done("config", "import-adfs", *export, "--dry-run")

    assert "trust Shop\tTokenLifetime\ttaken\ttoken_lifetime 30\n" in shown
    assert "trust Broken\t(the trust)\tleft out\tit has no identifier\n" in shown
    assert f"add trust {ENTITY_ID}\n" in shown
    assert shown.endswith("this was a rehearsal of 2 added.\n")
    assert services.trusts.list() == ()


def test_an_export_is_taken_once(export, done, services):
    assert done("config", "import-adfs", *export).endswith("Done: 2 added.\n")
    assert services.trusts.existing(ENTITY_ID).settings.access_control_policy == "Ours"

    again = json.loads(done("config", "import-adfs", *export, "--json"))

    assert (again["changes"], again["applied"]) == ([], True)
    assert {line["outcome"] for line in again["report"]} == {"taken", "left out"}


def test_a_configuration_file_can_be_written_and_applied_later(export, done, services, tally):
    done("config", "import-adfs", *export, "--write", "adfs.toml")
    assert services.trusts.list() == ()

    assert tally("config", "diff", "adfs.toml").exit_code == 1
    done("config", "apply", "adfs.toml")

    assert services.trusts.existing(ENTITY_ID)


def test_what_is_no_export_is_refused(refused, farm_folder):
    (farm_folder / "x.json").write_text("{}")

    assert "[not_an_adfs_export]" in refused("config", "import-adfs", "x.json")
