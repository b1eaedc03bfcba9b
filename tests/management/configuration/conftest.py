"""A server that has one of each thing that a configuration names."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.clock import SetClock
from support.servers.server_folder import CONFIGURATION, assembled
from support.service_providers.metadata_parts import metadata
from support.users import ALICE, PASSWORD

from idp.federation.access_control.policy_file import read_policy
from idp.federation.metadata.entered import EnteredServiceProvider
from idp.management import trusts
from idp.management.configuration.apply import apply
from idp.management.configuration.document import read_document, write_document
from idp.management.configuration.export import export
from idp.management.metadata.source import entered_source
from idp.services import Services

ENTERED = "urn:entered"
RULES = '@RuleName = "one"\nc:[Type == "http://schemas.example.test/role"] => issue(claim = c);'


@pytest.fixture
def services(farm_folder: Path, clock: SetClock) -> Iterator[Services]:
    """A server that may fetch metadata from this machine."""
    configuration = farm_folder / "tallystick.toml"
    with configuration.open("a") as file:
        file.write("allow_private_addresses = true\n")
    with assembled(farm_folder, clock) as rooms:
        yield rooms


@pytest.fixture
def empty_server(keys_folder: Path, empty_file: Path, tmp_path: Path) -> Iterator[Services]:
    """Another server, which has nothing."""
    folder = tmp_path / "other"
    shutil.copytree(keys_folder, folder)
    shutil.copy(empty_file, folder / "tallystick.db")
    (folder / "tallystick.toml").write_text(CONFIGURATION)
    with assembled(folder) as rooms:
        yield rooms


@pytest.fixture
def each_server(farm_folder: Path, database_url: str) -> Iterator[Services]:
    """A server that has nothing, on each kind of database."""
    configuration = farm_folder / "tallystick.toml"
    configuration.write_text(f'{CONFIGURATION}\n[store]\nurl = "{database_url}"\n')
    with assembled(farm_folder) as rooms:
        yield rooms


@pytest.fixture
def world(services: Services, identities) -> Services:
    services.farm.set_build("sts2", "20348.350", "set-up")
    services.farm.set_build("sts1", "17763.2300", "set-up")
    services.nps.set_host("nps1", "set-up", version="1.2.2216.1")
    services.nps.set_registry("nps1", "set-up", override="TRUE")
    services.access.set(
        read_policy(
            "Staff",
            {
                "description": 'those of "{Group}"',
                "permit": [
                    {"groups": ["{Group}"], "except": [{"networks": ["10.0.0.0/8", "extranet"]}]},
                    {"networks": ["intranet"], "require_mfa": True},
                ],
            },
        )
    )
    services.trusts.add(metadata().encode())
    certificate = identities.sp.pem.certificate
    entered = EnteredServiceProvider(
        ENTERED, ("https://one.example.test/acs",), "https://one.example.test/slo", certificate
    )
    trusts.add_from(services, entered_source(services, entered))
    services.trusts.change(
        ENTERED,
        {
            "access_control_policy": "Staff",
            "access_control_parameters": {"Group": ["Staff", "Boss's"]},
            "attributes": {"https://one.example.test/a b".replace(" ", ""): ["{upn}", "x"]},
            "claim_rules": [
                {"pass": "upn"},
                {"when": {"claim": "role"}, "issue": "x", "value": "y"},
            ],
            "notes": "two\nlines '''",
            "additional_authentication_rules": RULES,
        },
    )
    services.directory.add(
        ALICE,
        PASSWORD,
        groups=["Staff", "Quality"],
        attributes={"sn": "Archer", "telephoneNumber": ["2", "1"]},
    )
    services.directory.disable(ALICE)
    return services


@pytest.fixture
def exported(world: Services) -> dict[str, Any]:
    """The document of the world, as it was when the test began."""
    return read_document(write_document(export(world).document))


@pytest.fixture
def changed_by(world: Services) -> Callable[..., list[tuple[str, str, str]]]:
    """Apply a document; return what was done to what."""

    def run(document: dict[str, Any], **options: Any) -> list[tuple[str, str, str]]:
        plan = apply(world, {"format": 1, **document}, **options)
        return [(each.action, each.section.key, each.name) for each in plan.changes]

    return run
