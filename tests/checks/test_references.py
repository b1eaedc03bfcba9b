"""The check of references finds each kind of wrong reference, and none in a correct tree."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.references import find

ROOT = Path(__file__).parents[2]

PAGE = """\
# The page

## Keys, and `secrets`

## Twice

## Twice
"""

MODULE = '''\
"""A module."""

import logging as log
from collections.abc import Mapping

LIMIT = 3

if LIMIT:
    EXTRA: int = 4


class Base:
    """A base."""

    def stop(self) -> None:
        """Stop."""


class Thing(Base):
    """A thing."""

    size: int = 1

    def __init__(self) -> None:
        self.weight = 2

    def start(self) -> None:
        """Start."""
'''

Wrong = Callable[[str, str], list[str]]


@pytest.fixture
def wrong(tmp_path: Path) -> Wrong:
    """Return a function that adds a file to a correct tree, and returns what is wrong with it."""
    for name, text in {
        "docs/page.md": PAGE,
        "docs/picture.png": "",
        "README.md": "See [the page](docs/page.md#twice-1).\n",
        "pkg/__init__.py": '"""A package."""\n',
        "pkg/thing.py": MODULE,
    }.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def add(name: str, text: str) -> list[str]:
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        findings = find(tmp_path)
        assert {finding.file for finding in findings} <= {name}
        return [f"{finding.line}: {finding.problem}" for finding in findings]

    return add


@pytest.mark.parametrize(
    "text",
    [
        "[a](page.md) [b](page.md#the-page) [c](#own) [d](../README.md) ![e](picture.png)\n# Own\n",
        "[keys](page.md#keys-and-secrets) [two](page.md#twice) [three](page.md#twice-1)",
        '<a id="here"></a> [f](#here) [g](https://example.test/docs/none.md) [h](mailto:x@y.z)',
        "```\n[in code](nowhere.md) # no heading\n```\n",
    ],
)
def test_links_to_pages_and_headings_that_exist_are_accepted(wrong, text):
    assert wrong("docs/other.md", text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Line\n[a](none.md)", "2: there is no page docs/none.md"),
        ("[a](../none.md)", "1: there is no page none.md"),
        ("![a](none.png)", "1: there is no page docs/none.png"),
        ("[a](page.md#none)", "1: page.md has no heading #none"),
        ("[a](page.md#twice-2)", "1: page.md has no heading #twice-2"),
        ("[a](#none)", "1: other.md has no heading #none"),
        ("`docs/none.md`", "1: there is no page docs/none.md"),
    ],
)
def test_a_wrong_link_is_found(wrong, text, problem):
    assert wrong("docs/other.md", text) == [problem]


@pytest.mark.parametrize("name", ["pkg/other.py", "pkg/page.html", "pyproject.toml"])
def test_pages_are_checked_in_files_of_every_kind(wrong, name):
    text = "# docs/page.md, docs/page.md#twice and page.md exist\n# docs/none.md#a does not\n"

    assert wrong(name, text) == ["2: there is no page docs/none.md"]


def test_an_anchor_in_code_is_checked(wrong):
    problems = wrong("pkg/other.py", '"""See docs/page.md#none."""\n')

    assert problems == ["1: page.md has no heading #none"]


def test_a_page_that_is_nowhere_in_the_tree_is_found_by_its_name(wrong):
    assert wrong("pkg/other.py", '"""As interface.md says."""\n') == [
        "1: there is no page interface.md"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "RFC 5280 §4.2.1",
        "saml-core §3.4.1 and §3.3",
        "saml-core\n§2",
        "saml-bindings §3.4, §3.5 or §3.6",
        "xmlenc-core1 §3.1, §5.2 (block encryption) and §5.5.2 (RSA-OAEP)",
        "NIST SP 800-63B §5.1.1.2",
        "(xml-c14n §2.3)",
    ],
)
def test_sections_of_public_standards_are_accepted(wrong, text):
    assert wrong("docs/other.md", text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("as in §3", "1: no public standard is named before §3"),
        ("saml-core §2. Also\n(§4.1)", "2: no public standard is named before §4.1"),
        ("facts §D.5", "1: these facts are not in the tree: facts §D.5"),
        ("the facts\n§D.5", "1: these facts are not in the tree: facts §D.5"),
        ("by the security figures", "1: there is no such page: security figures"),
        ("see security\nrules", "1: there is no such page: security rules"),
        ("reference/builds", "1: the folder reference/ is not in the tree: reference/builds"),
        ("../shared/design", "1: the folder shared/ is not in the tree: ../shared/design"),
    ],
)
def test_a_section_or_page_outside_the_tree_is_found(wrong, text, problem):
    assert wrong("pkg/page.html", text) == [problem]


@pytest.mark.parametrize(
    "role",
    [
        ":mod:`pkg.thing`", ":mod:`pkg`", ":mod:`logging`", ":class:`pkg.thing.Thing`",
        ":class:`~pkg.thing.Thing`", ":class:`a thing <pkg.thing.Thing>`", ":class:`Own`",
        ":meth:`pkg.thing.Thing.start`", ":meth:`pkg.thing.Thing.stop`", ":meth:`own_method`",
        ":meth:`Own.own_method`", ":data:`pkg.thing.LIMIT`", ":data:`pkg.thing.EXTRA`",
        ":attr:`pkg.thing.Thing.size`", ":attr:`pkg.thing.Thing.weight`", ":func:`own()`",
        ":class:`Imported`", ":class:`ValueError`", ":func:`os.path.join`", ":meth:`Running.run`",
        ":class:`pkg.thing.Mapping`", ":class:`~pkg.thing.\n    Thing`",
    ],
)  # fmt: skip
def test_names_that_exist_are_accepted(wrong, role):
    assert wrong("pkg/other.py", other(role)) == []


@pytest.mark.parametrize(
    ("role", "problem"),
    [
        (":mod:`pkg.none`", "there is no pkg.none (:mod:)"),
        (":mod:`pkg.thing.Thing`", "there is no pkg.thing.Thing (:mod:)"),
        (":class:`pkg.none.Thing`", "there is no pkg.none.Thing (:class:)"),
        (":class:`pkg.thing.None_`", "there is no pkg.thing.None_ (:class:)"),
        (":class:`~pkg.thing.None_`", "there is no pkg.thing.None_ (:class:)"),
        (":class:`it <pkg.thing.None_>`", "there is no pkg.thing.None_ (:class:)"),
        (":meth:`pkg.thing.Thing.none`", "there is no pkg.thing.Thing.none (:meth:)"),
        (":meth:`none`", "there is no none (:meth:)"),
        (":class:`own_method`", "there is no own_method (:class:)"),
        (":func:`local`", "there is no local (:func:)"),
        (":class:`Thing`", "there is no Thing (:class:)"),
    ],
)
def test_a_name_that_does_not_exist_is_found(wrong, role, problem):
    assert wrong("pkg/other.py", other(role)) == [f"10: {problem}"]


def other(role: str) -> str:
    """Return a module in which a docstring, in line 10, has *role*."""
    return f'''\
from threading import Thread
from pkg.thing import Base as Imported

def own():
    local = 1
    return local


class Own:
    """It is {role}."""

    def own_method(self):
        pass


class Running(Thread):
    pass
'''


def test_a_module_that_the_map_of_its_package_leaves_out_is_found(wrong):
    assert wrong("idp/__init__.py", '"""The server: ``web``, ``store``."""\n') == []
    assert wrong("idp/store.py", '"""The database."""\n') == []
    assert wrong("idp/web/__init__.py", '"""The web: ``app``."""\n') == []
    assert wrong("idp/web/app.py", '"""An application."""\n') == []
    assert wrong("idp/__init__.py", '"""The server, and its storage."""\n') == [
        "1: the map of idp does not name store",
        "1: the map of idp does not name web",
    ]


def test_the_check_prints_a_line_for_each_wrong_reference_and_exits_with_1(wrong, tmp_path):
    wrong("docs/other.md", "[a](none.md)\n\nSee §2.\n")

    done = subprocess.run(
        [sys.executable, "-m", "checks.references"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "docs/other.md:1: there is no page docs/none.md",
        "docs/other.md:3: no public standard is named before §2.",
    ]


def test_a_correct_tree_exits_with_0(wrong, tmp_path):
    assert wrong("docs/other.md", "[a](page.md)\n") == []
    done = subprocess.run(
        [sys.executable, "-m", "checks.references"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "")
