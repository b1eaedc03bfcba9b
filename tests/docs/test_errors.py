"""docs/errors.md has a row for every code that the product has, and for no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text()
ROWS = re.findall(r"^\| `(\w+)` \| .+ \| .+ \|$", PAGE, re.MULTILINE)
NAMES = {
    "code", "ENDED_BY_SECOND_FACTOR", "UNEXPECTED_ALGORITHM", "UNKNOWN_KEY", "BAD_VALUE",
    "MISSING_KEY", "GIVEN_TWICE",
}  # fmt: skip
"""What a code is given to: the argument and the attribute, and constants that hold codes."""


def codes_of(tree: ast.AST) -> set[str]:
    """Return the codes that a module gives."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="code", value=value):
                found |= texts_of(value)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in NAMES:
                found |= texts_of(value)
    return found


def texts_of(value: ast.AST) -> set[str]:
    """Return a text, both of a choice, or the keys of a table."""
    match value:
        case ast.Constant(value=str(code)):
            return {code}
        case ast.IfExp(body=one, orelse=other):
            return texts_of(one) | texts_of(other)
        case ast.Dict(keys=keys):
            return set().union(*map(texts_of, keys))
    return set()


FILES = sorted([*(ROOT / "adapter").rglob("*.py"), *(ROOT / "idp").rglob("*.py")])
CODES = sorted(set().union(*(codes_of(ast.parse(file.read_text())) for file in FILES)))


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_row(code):
    assert code in ROWS


def test_every_row_is_of_an_existing_code_and_no_code_has_two_rows():
    assert sorted(ROWS) == CODES
