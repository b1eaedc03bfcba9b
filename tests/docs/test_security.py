"""docs/security.md: every test that it names exists, and every attack test is listed."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "security.md").read_text("utf-8")
NAMED = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", PAGE)


def test_every_test_on_the_page_exists():
    missing = [
        f"{file}::{name}"
        for file, name in NAMED
        if not (TESTS / file).is_file()
        or (name and not re.search(rf"^\s*def {name}\(", (TESTS / file).read_text("utf-8"), re.M))
    ]

    assert missing == []


def test_every_file_of_attacks_is_listed():
    attacks = {str(file.relative_to(TESTS)) for file in TESTS.glob("attacks/**/test_*.py")}

    assert attacks - {file for file, _ in NAMED} == set()
