"""docs/conformance.md: its table of libraries is what the tests found, its commands exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.clients import node_saml
from support.conformance.known import KNOWN, table
from support.conformance.libraries import LIBRARIES, PACKAGES

from idp.cli import main
from idp.saml_faults.catalogue import BY_CODE, FAULTS

PAGE = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text()


def test_the_table_of_libraries_is_what_the_tests_found():
    assert table({library.name: library.version for library in LIBRARIES}) in PAGE


def test_the_versions_are_those_that_were_tested():
    pinned = json.loads((node_saml.HERE / "package.json").read_text())["dependencies"]
    named = {*PACKAGES, f"node-saml=={pinned['@node-saml/node-saml']}"}

    assert {f"{library.name}=={library.version}" for library in LIBRARIES} <= named


def test_what_is_known_are_faults():
    assert set().union(*KNOWN.values()) <= set(BY_CODE)


def test_the_page_says_how_many_faults_there_are():
    assert f"{len(FAULTS)} faults and harmless variations" in PAGE


@pytest.mark.parametrize("words", re.findall(r"^\$ tallystick (\w+ ?\w*)", PAGE, re.MULTILINE))
def test_every_command_on_the_page_exists(words):
    command = words.split()[:1] if words.startswith("conformance") else words.split()
    assert CliRunner().invoke(main, [*command, "--help"]).exit_code == 0
