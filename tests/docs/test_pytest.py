"""docs/pytest.md: its tests pass, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "pytest.md").read_text()

pytest_plugins = ["pytester"]


def test_the_tests_in_the_page_pass(pytester: pytest.Pytester):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    pytester.makepyfile(example)

    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q").assert_outcomes(passed=4)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:federation|phone)\.\w+)", PAGE))))
def test_every_verb_of_the_page_exists(name, federation, phone):
    owner, verb = name.split(".")

    assert hasattr({"federation": federation, "phone": phone}[owner], verb)
