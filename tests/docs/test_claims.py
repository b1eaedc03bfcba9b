"""docs/claims.md: its rules issue what it says, its commands work, its lists are complete."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.service_providers.metadata_parts import SP_ID, metadata

from idp import cli
from idp.federation.claim_rules import engine, patterns
from idp.federation.claim_rules.directory_store import ATTRIBUTES
from idp.federation.claim_rules.model import COUNTS
from idp.federation.claim_rules.toml import reader, templates
from idp.federation.claims import claim_type

PAGE = (Path(__file__).parents[2] / "docs" / "claims.md").read_text()
EXAMPLES = re.findall(
    r"\n### ([^\n]*)\n(?:(?!```).)*```toml\n(.*?)```\n```text\n(.*?)```", PAGE, re.DOTALL
)
"""The heading, the rules and the result of each example."""
(ADFS,) = re.findall(r"```adfs\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [
    tuple(part.split("\n", 1))
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for part in block.split("$ ")[1:]
]


def rows(first: str) -> list[str]:
    """Return the first cells of the table whose head begins so."""
    table = PAGE.split(f"\n| {first} |")[1].split("\n\n")[0]
    return [line.split("|")[1].strip() for line in table.splitlines()[2:]]


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]*)`", cell)


@pytest.fixture
def server_folder(farm_folder, services, monkeypatch) -> Path:
    services.trusts.add(metadata().encode())
    services.directory.add(
        "alice@example.test",
        "password",
        display_name="Alice Archer",
        email="alice@mail.test",
        groups=["staff", "app-wiki"],
    )
    (farm_folder / "rules.txt").write_text(ADFS)
    monkeypatch.chdir(farm_folder)
    return farm_folder


def tally(command: str) -> str:
    result = CliRunner().invoke(cli.main, shlex.split(command)[1:])
    assert result.exit_code == 0, (command, result.output)
    return result.stdout


@pytest.mark.parametrize(
    ("rules", "issued"), [each[1:] for each in EXAMPLES], ids=[e[0] for e in EXAMPLES]
)
def test_a_rule_issues_what_the_block_under_it_says(rules, issued, server_folder):
    (server_folder / "rules.toml").write_text(rules)
    tally(f"tallystick sp claims set {SP_ID} rules.toml")

    trial = json.loads(tally(f"tallystick sp claims test {SP_ID} --user alice@example.test --json"))

    name = trial["name_id"]
    lines = [f"NameID = {name['value']} ({name['format']})"] if name else []
    lines += [f"{a['name']} = {value}" for a in trial["attributes"] for value in a["values"]]
    assert lines == issued.splitlines()


def test_every_rule_on_the_page_is_an_example():
    assert len(EXAMPLES) == PAGE.count("```toml") == PAGE.count("```text") == 10


def test_the_commands_of_the_page_work_one_after_another_and_print_what_it_shows(server_folder):
    (server_folder / "rules.toml").write_text(EXAMPLES[0][1])
    for command, said in COMMANDS:
        printed = tally(command)
        assert printed == said or not said
    assert len(COMMANDS) == 5


def test_every_kind_of_rule_and_of_condition_has_a_row():
    assert [word for cell in rows("key") for word in words(cell)] == list(reader.ACTIONS)
    assert [word for cell in rows("condition") for word in words(cell)] == list(reader.CONDITIONS)
    assert all(f'`"{operator} ' in PAGE for operator in COUNTS)
    assert all(f"`{name}`" in PAGE for name in reader.OPERATORS)


def test_every_placeholder_is_understood():
    for word in (word for cell in rows("placeholder") for word in words(cell)):
        assert templates.read(word)


def test_every_claim_has_a_short_name_and_every_attribute_is_named():
    names = [word for cell in rows("short name") for word in words(cell)]

    assert all(claim_type(name) != name for name in names)
    assert all(f"`{name}`" in PAGE for name in ATTRIBUTES)


def test_the_limits_on_the_page_are_those_of_the_code():
    assert f"at most {patterns.MAX_VALUE_LENGTH} characters" in PAGE
    assert f"more than {engine.MAX_CLAIMS} claims" in PAGE
