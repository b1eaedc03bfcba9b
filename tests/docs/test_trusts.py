"""docs/trusts.md: its commands work, one after another, on a server that has nothing yet."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.service_providers.metadata_parts import entities, entity

from idp import cli
from idp.federation.relying_party.settings import TrustSettings

PAGE = (Path(__file__).parents[2] / "docs" / "trusts.md").read_text()


def commands() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    return [line[2:] for line in "".join(blocks).splitlines() if line.startswith("$ ")]


@pytest.fixture
def server_folder(farm_folder, identities, sender, monkeypatch) -> Path:
    """A server's folder with the files that the page speaks of."""
    many = entities(entity(), entity(entity_id="https://a.test"), attributes=' ID="_all"')
    (farm_folder / "sp-metadata.xml").write_text(entity())
    (farm_folder / "federation.xml").write_bytes(sender.sign(many.encode()))
    (farm_folder / "federation.pem").write_bytes(identities.sp.pem.certificate)
    (farm_folder / "sp.crt").write_bytes(identities.sp.pem.certificate)
    monkeypatch.chdir(farm_folder)
    return farm_folder


def test_its_commands_work(server_folder):
    for command in commands():
        result = CliRunner().invoke(cli.main, shlex.split(command)[1:])
        assert result.exit_code == 0, (command, result.output)
    assert len(commands()) >= 5


def test_its_requests_are_those_that_the_api_has(services):
    from idp.app import create_app

    rules = create_app(services.config, services=services).url_map.iter_rules()
    known = {str(rule).replace("<path:entity_id>", "ID") for rule in rules}

    told = re.findall(r"^\| `[A-Z]+ (/admin/api/[^`]*)`", PAGE, re.MULTILINE)
    assert told
    assert set(told) <= known


def test_its_settings_and_defaults_are_those_that_there_are():
    defaults = TrustSettings().model_dump()
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \|([^|]*)\|", PAGE, re.MULTILINE)
    told = {
        name: default.strip("` ")
        for names, values in rows
        for name, default in zip(
            re.findall("[a-z_]+", names), [*values.split(","), *[""] * 3], strict=False
        )
    }

    assert set(told) <= set(defaults)
    assert len(told) >= 12
    for name, default in told.items():
        value = TrustSettings.model_validate({name: default}) if default else TrustSettings()
        assert getattr(value, name) == defaults[name], name
