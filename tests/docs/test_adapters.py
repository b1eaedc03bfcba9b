"""docs/adapters.md: its example is the installed, tested one; every member and rule has a row."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import passphrase_adapter
import pytest

from adapter import contract
from adapter.conformance import RULES, check
from adapter.mfa.service import UsesMfaService
from idp.adapters.shared_store import MAX_KEYS
from idp.config.adapters import AdaptersSection

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adapters.md").read_text()
STRANGER = ROOT / "tests" / "stranger"
STYLE_SHEET = (ROOT / "idp" / "static" / "tallystick.css").read_text()
OF_THE_HOST = {
    "card", "wide", "groupMargin", "copied", "wayBack", "framed", "brand", "foot", "lead",
    "languages", "illustrated", "illustration", "background", "side", "faults-allowed",
}  # fmt: skip
"""Classes of the style sheet that only the host's own pages use."""


def section(heading: str) -> str:
    return re.split(r"\n#+ ", PAGE.partition(f"# {heading}\n")[2])[0]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def names_of(protocol: type) -> list[str]:
    return [name for name in vars(protocol) if not name.startswith("_")]


def test_the_example_is_the_package_that_is_installed():
    assert blocks("python")[0] == Path(passphrase_adapter.__file__).read_text()
    assert blocks("toml")[0] == (STRANGER / "pyproject.toml").read_text()


def test_the_tests_in_the_page_pass():
    names: dict = {}
    (block,) = [block for block in blocks("python") if "def test_" in block]
    exec(block, names)  # noqa: S102 - what the page tells people to run

    tests = [test for name, test in names.items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        test()


def test_the_configuration_in_the_page_is_taken():
    config = blocks("toml")[1].encode()

    assert check(passphrase_adapter.PassphraseAuthentication, config=config) == []


def test_every_setting_has_a_row_with_its_default():
    for name, field in AdaptersSection.model_fields.items():
        assert f"\n| `{name}` | `{json.dumps(field.default)}` | " in PAGE


def test_the_classes_in_the_page_are_those_of_the_style_sheet_that_are_not_the_hosts_own():
    offered = re.findall(r"^\| `([a-z-]+)` \| .+ \| .+ \|$", section("How it looks"), re.MULTILINE)

    in_style_sheet = set(re.findall(r"\.([A-Za-z][\w-]*)(?![^{]*\})", STYLE_SHEET))
    assert sorted(offered) == sorted(in_style_sheet - OF_THE_HOST)


def test_the_colours_in_the_page_are_those_of_the_style_sheet():
    named = set(re.findall(r"var\((--[a-z-]+)\)", section("How it looks")))

    assert named == set(re.findall(r"^  (--[a-z-]+): #", STYLE_SHEET, re.MULTILINE))


def test_the_limits_of_the_shared_store_are_those_of_the_contract():
    text = " ".join(section("The shared store").split())

    assert f"`seconds` is at most {contract.MAX_SHARED_SECONDS // 86_400} days" in text
    assert f"`limit` at most {contract.MAX_SHARED_LIMIT}" in text
    assert f"about {MAX_KEYS:,} keys" in text


def test_the_limit_of_a_wait_is_that_of_the_contract():
    assert f"at most {contract.MAX_WAIT_SECONDS} seconds" in section("Hanging posts")


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_of_the_kit_has_a_row_with_its_sentence(rule):
    assert f"| `{rule}` | {RULES[rule].sentence} |" in PAGE


@pytest.mark.parametrize("argument", list(inspect.signature(check).parameters))
def test_every_argument_of_the_kit_has_a_row(argument):
    assert f"| `{argument}` |" in PAGE


@pytest.mark.parametrize(
    "name",
    [
        *names_of(contract.Adapter),
        *names_of(contract.AdapterPresentation),
        *names_of(contract.ExplainsItself),
        *names_of(contract.UsesSharedStore),
        *names_of(contract.SharedStore),
        *names_of(contract.Rehearses),
        *names_of(contract.UsesWaitingPlaces),
        *names_of(contract.WaitingPlaces),
        *names_of(contract.WaitingPlace),
        *names_of(UsesMfaService),
    ],
)
def test_every_member_of_the_contract_has_a_row(name):
    assert re.search(rf"`{name}[`(]", PAGE)


@pytest.mark.parametrize(
    "value",
    [
        contract.AdapterMetadata,
        contract.AuthenticationMethodConfigData,
        contract.AuthenticationContext,
        contract.HttpRequest,
        contract.ProofData,
        contract.Claim,
    ],
)
def test_every_field_of_the_values_has_a_row(value):
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{value.__name__}` |")]

    assert not [name for name in value.__slots__ if f"`{name}`" not in row]
