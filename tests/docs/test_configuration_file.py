"""docs/configuration-file.md: its commands work, its tables name every section and every key."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from click.testing import CliRunner
from support import adfs_exports

from idp import cli
from idp.federation.access_control.policies import AccessControlPolicy
from idp.management.adfs_import import kinds
from idp.management.configuration.document import read_document
from idp.management.configuration.plan import compare
from idp.management.configuration.sections import SECTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "configuration-file.md").read_text()
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


def run(command: str) -> None:
    result = CliRunner().invoke(cli.main, shlex.split(command)[1:])
    assert result.exit_code == 0, (command, result.output)


def test_the_commands_of_the_page_work_one_after_another(services, farm_folder, monkeypatch):
    monkeypatch.chdir(farm_folder)
    services.farm.set_build("sts1", "20348.350", "set-up")
    services.directory.add("alice@example.test", "password")
    for name, value in {
        "trusts": [adfs_exports.trust()],
        "policies": [adfs_exports.policy("Ours", adfs_exports.rule(adfs_exports.ALWAYS))],
        "rules": {"AdditionalAuthenticationRules": adfs_exports.MFA_OUTSIDE},
        "global": adfs_exports.GLOBAL_POLICY,
    }.items():
        (farm_folder / f"{name}.json").write_bytes(adfs_exports.windows_powershell(value))

    for command in COMMANDS:
        run(command)
    assert len(COMMANDS) == 7
    assert services.trusts.existing(adfs_exports.ENTITY_ID)


def test_every_cmdlet_of_the_import_has_a_row():
    rows = "".join(re.findall(r"^\| (`Get-Adfs.+?) \|", PAGE, re.MULTILINE))

    assert set(re.findall(r"`(Get-Adfs\w+)`", rows)) == set(kinds.KINDS)


def test_the_requests_of_the_page_are_those_of_the_api(services):
    from idp.app import create_app

    known = {
        str(rule) for rule in create_app(services.config, services=services).url_map.iter_rules()
    }

    documented = re.findall(r"^\| `[A-Z]+ (/admin/api/[^`]*)`", PAGE, re.MULTILINE)
    assert len(documented) == 3
    assert set(documented) <= known


def test_the_example_is_a_configuration(services):
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)

    plan = compare(services, read_document(example))

    assert [change.name for change in plan.changes] == ["sts1"]
    assert plan.faults == []


def test_every_section_has_a_row_with_its_keys():
    rows = dict(re.findall(r"^\| `(\w+)` \| (?:one|by `\w+`) \| (.+) \|$", PAGE, re.MULTILINE))

    assert list(rows) == [section.key for section in SECTIONS]
    assert rows["access_control_policies"].count("`permit`") == 1
    for section in SECTIONS:
        if section.model is AccessControlPolicy or section.key == "trusts":
            continue
        for key in section.model.model_fields:
            assert key == section.identity or f"`{key}`" in rows[section.key], (section.key, key)
    trusts = next(section for section in SECTIONS if section.key == "trusts")
    assert all(f"`{key}`" in PAGE for key in trusts.model.model_fields)
