"""docs/access-control.md: its commands work, its examples can be read, its tables are right."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.clock import NOON
from support.service_providers.metadata_parts import metadata

from idp import cli
from idp.config import schema
from idp.config.reading import from_values
from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.decision import decide
from idp.federation.access_control.global_policy import second_factor_reasons
from idp.federation.access_control.policy_file import read_policy
from idp.federation.access_control.rule_sets import rules_of
from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.claims import short_name
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.request_context import RequestContext
from idp.web.proxies import FORWARDED_CLIENT_IP, FORWARDED_FOR, PROXY

PAGE = (Path(__file__).parents[2] / "docs" / "access-control.md").read_text()
WHERE = {
    "inside": RequestContext("10.0.0.1"),
    "outside": RequestContext("10.0.0.80", ("203.0.113.9",), proxy="wap"),
}


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def rows(first: str) -> dict[str, list[str]]:
    """Return the cells of the table whose head begins so, by the first cell."""
    table = PAGE.split(f"\n| {first} |")[1].split("\n\n")[0]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    return {row[0].strip("`"): row[1:] for row in cells}


POLICY, PROXIES = blocks("toml")
AUTHORIZATION, ADDITIONAL = blocks("adfs")
COMMANDS = [
    tuple(part.split("\n", 1)) for block in blocks("console") for part in block.split("$ ")[1:]
]


@pytest.fixture
def server_folder(farm_folder, services, monkeypatch) -> Path:
    (farm_folder / "office.toml").write_text(POLICY)
    (farm_folder / "staff.txt").write_text(AUTHORIZATION)
    (farm_folder / "outside.txt").write_text(ADDITIONAL)
    services.directory.add("alice@example.test", "password", groups=["Staff"])
    services.trusts.add(metadata().encode())
    monkeypatch.chdir(farm_folder)
    return farm_folder


def test_the_commands_of_the_page_work_one_after_another_and_print_what_it_shows(server_folder):
    for command, said in COMMANDS:
        result = CliRunner().invoke(cli.main, shlex.split(command)[1:])
        assert result.exit_code == 0, (command, result.output)
        if said:
            assert result.stdout == said
    assert len(COMMANDS) == 13


def test_the_policy_of_the_page_has_the_parts_of_the_table():
    policy = read_policy("P", tomllib.loads(POLICY))

    assert policy.parameters == {"Partners": "groups"}
    parts = {part.strip("`") for part in rows("key")}
    assert parts >= {"networks", "groups", "claims", "except"}


def test_the_rules_of_the_page_can_be_read():
    assert [len(rules_of(text)) for text in (AUTHORIZATION, ADDITIONAL)] == [2, 1]


def test_the_proxies_of_the_page_are_a_configuration():
    proxies = from_values(tomllib.loads(PROXIES)).proxies

    assert proxies.web_application_proxies
    assert proxies.reverse_proxies
    assert all(f"`{name}`" in PAGE for name in (PROXY, FORWARDED_CLIENT_IP, FORWARDED_FOR))
    assert all(f"\n| `{name}` |" in PAGE for name in schema.ProxiesSection.model_fields)


class Somebody:
    """A user of these groups."""

    upn, display_name, email, windows_account_name = "a@b.test", "", "", "B\\a"

    def __init__(self, *groups: str) -> None:
        self.groups = groups


WHO = {
    "everyone": lambda _group, _where: True,
    "nobody": lambda _group, _where: False,
    "users in the groups of `GroupParameter`": lambda group, _where: group == "Staff",
    "users from the extranet": lambda _group, where: where == "outside",
    "users from the intranet": lambda _group, where: where == "inside",
}


@pytest.mark.parametrize("group", ["Staff", "Guests"])
@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("name", BUILT_IN)
def test_the_table_of_policies_is_right(name, where, group):
    parameters = {"GroupParameter": ["Staff"]} if BUILT_IN[name].parameters else {}
    settings = TrustSettings(access_control_policy=name, access_control_parameters=parameters)

    user = AuthenticatedUser(Somebody(group), (), NOON, WHERE[where])
    access = decide(settings, AccessRules("never"), user)

    permitted, asked = rows("policy")[name]
    assert access.is_permitted is WHO[permitted](group, where)
    assert access.requires_second_factor is WHO[asked](group, where)


def test_the_table_names_every_built_in_policy():
    assert list(rows("policy")) == list(BUILT_IN)


@pytest.mark.parametrize("column", list(enumerate(["always", "global", "never"])))
@pytest.mark.parametrize("of_all", ["default", "always", "never"])
def test_the_table_of_the_second_factor_is_right(of_all, column):
    number, own = column
    reasons = second_factor_reasons(of_all, TrustSettings(second_factor=own))

    documented = rows("all trusts (`tallystick access mfa`)")[of_all][number]
    assert documented == ("required" if reasons else "not by itself")


def test_the_claims_of_the_page_are_those_of_a_request():
    whole = RequestContext("10.0.0.80", ("203.0.113.9",), "wap", "curl/8", "/adfs/ls/")

    assert set(rows("claim")) == {short_name(claim.type) for claim in whole.claims()}
