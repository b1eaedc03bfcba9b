"""docs/trusts.md: its commands work on an empty server, and its tables are complete."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner
from support.service_providers.metadata_parts import entities, entity

from idp import cli
from idp.federation.relying_party.setting_types import RSA_BITS
from idp.federation.relying_party.settings import TrustSettings

PAGE = (Path(__file__).parents[2] / "docs" / "trusts.md").read_text()
SETTINGS = PAGE.split("\n## Settings\n")[1].split("\n## ")[0]
ROWS = re.findall(r"^\| `([a-z_]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", SETTINGS, re.MULTILINE)
"""The rows of the tables of settings: name, default, meaning, parameter in AD FS."""

FIELDS = TrustSettings.model_fields
ADFS_NAMES = {
    # setting                    parameter, where it is not the same name in AD FS's spelling
    "enabled":                   "Enable-AdfsRelyingPartyTrust`, `Disable-AdfsRelyingPartyTrust",
    "identifiers":               "-Identifier",
    "access_control_policy":     "-AccessControlPolicyName",
    "access_control_parameters": "-AccessControlPolicyParameters",
    "claim_rules":               "-IssuanceTransformRules",
}  # fmt: skip


def commands() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    return [line[2:] for line in "".join(blocks).splitlines() if line.startswith("$ ")]


@pytest.fixture
def server_folder(farm_folder, identities, writer, monkeypatch) -> Path:
    """A server's folder with the files that the page speaks of."""
    many = entities(entity(), entity(entity_id="https://a.test"), attributes=' ID="_all"')
    (farm_folder / "sp-metadata.xml").write_text(entity())
    (farm_folder / "federation.xml").write_bytes(writer.sign(many.encode()))
    (farm_folder / "federation.pem").write_bytes(identities.sp.pem.certificate)
    (farm_folder / "sp.crt").write_bytes(identities.sp.pem.certificate)
    monkeypatch.chdir(farm_folder)
    return farm_folder


def test_the_commands_of_the_page_work(server_folder):
    for command in commands():
        result = CliRunner().invoke(cli.main, shlex.split(command)[1:])
        assert result.exit_code == 0, (command, result.output)
    assert len(commands()) >= 5


def test_the_requests_of_the_page_are_those_of_the_api(services):
    from idp.app import create_app

    rules = create_app(services.config, services=services).url_map.iter_rules()
    known = {str(rule).replace("<path:entity_id>", "ID") for rule in rules}

    documented = re.findall(r"^\| `[A-Z]+ (/admin/api/[^`]*)`", PAGE, re.MULTILINE)
    assert documented
    assert set(documented) <= known


def test_every_setting_has_one_row_and_every_row_is_a_setting():
    assert sorted(name for name, *_ in ROWS) == sorted(FIELDS)


@pytest.mark.parametrize(("name", "default"), [row[:2] for row in ROWS])
def test_a_row_has_the_default_of_its_setting(name, default):
    actual = TrustSettings().model_dump()[name]

    if default == "not set":
        assert actual in (None, "", (), {})
    else:
        documented = TrustSettings.model_validate({name: default.strip("`")})
        assert actual not in (None, "", (), {})
        assert documented.model_dump()[name] == actual


@pytest.mark.parametrize(("name", "meaning"), [(row[0], row[2]) for row in ROWS])
def test_a_row_has_the_values_and_limits_of_its_setting(name, meaning):
    field = FIELDS[name]
    if name == "min_rsa_bits":
        assert all(str(bits) in meaning for bits in RSA_BITS)
    elif field.annotation is int:
        limits = {type(each).__name__: each for each in field.metadata}
        assert f"{limits['Ge'].ge} to {limits['Le'].le}" in meaning
    for value in get_args(field.annotation):
        if isinstance(value, str):
            assert f"`{value}`" in meaning


@pytest.mark.parametrize(("name", "parameter"), [(row[0], row[3]) for row in ROWS])
def test_a_row_has_the_name_of_its_setting_in_adfs(name, parameter):
    if parameter != "none":
        in_adfs = "-" + "".join(word.capitalize() for word in name.split("_"))
        assert parameter == f"`{ADFS_NAMES.get(name, in_adfs)}`"
