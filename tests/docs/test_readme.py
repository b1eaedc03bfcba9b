"""README.md: its examples run, its commands exist, its pictures and pages are there."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapter.conformance import check
from idp.cli import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "README.md").read_text()

pytest_plugins = ["pytester"]


def blocks(language: str) -> list[str]:
    """Return the blocks that begin their lines; one in a list has a test of its own."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    lines = "".join(blocks("console")).splitlines()
    return [line[2:].partition("#")[0].strip() for line in lines if line.startswith("$ ")]


def test_the_tests_in_the_readme_pass(pytester: pytest.Pytester):
    pytester.makepyfile(blocks("python")[0])

    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q").assert_outcomes(passed=2)


def test_the_adapter_in_the_readme_keeps_the_contract(tmp_path, monkeypatch):
    (tmp_path / "question.py").write_text(blocks("python")[1])
    monkeypatch.syspath_prepend(tmp_path)

    assert check(importlib.import_module("question").QuestionAuthentication) == []
    assert len(blocks("python")[1].strip().splitlines()) <= 34


@pytest.mark.parametrize("target", [c[5:].split()[0] for c in commands() if c[:5] == "make "])
def test_every_make_target_in_the_readme_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("tallystick ")])
def test_every_command_in_the_readme_exists(command):
    words = [word for word in command.split()[1:3] if re.fullmatch("[a-z]+", word)]

    assert CliRunner().invoke(main, [*words, "--help"]).exit_code == 0


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^):#]+)\)", PAGE))))
def test_every_page_and_picture_that_the_readme_names_exists(path):
    assert (ROOT / path).is_file()
