"""docs/saml2int.md: a row for each point that concerns an identity provider, each with a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "saml2int.md").read_text()
ROWS = re.findall(r"^\| (SDP-[^|]+) \| ([^|]+) \| `([^`|]+)` \|$", PAGE, re.MULTILINE)

POINTS = {
    *(f"SDP-G{number:02}" for number in range(1, 5)),
    *(f"SDP-MD{number:02}" for number in range(1, 13)),
    "SDP-ALG01",
    *(f"SDP-IDP{number:02}" for number in range(1, 34)),
}


def test_every_point_has_one_row():
    told = [point for points, _, _ in ROWS for point in points.split(", ")]

    assert sorted(told) == sorted(POINTS)


@pytest.mark.parametrize("test", sorted({test for _, _, test in ROWS}))
def test_the_test_of_a_row_is_there(test):
    file, name = test.split("::")

    assert re.search(rf"^ *def {name}\(", (ROOT / file).read_text(), re.MULTILINE)
