"""TOML that cannot be used is one error with its reason, whatever Python's own reader raises."""

from __future__ import annotations

import pytest

from idp.toml_reading import NotToml, read_toml

DEEP = 20_000


def test_tables_lists_and_numbers_are_read():
    text = "[a]\nmost = 9223372036854775807\nleast = -9223372036854775807\nlist = [1, [true]]\n"

    assert read_toml(text) == {"a": {"most": 2**63 - 1, "least": 1 - 2**63, "list": [1, [True]]}}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a =", "Invalid value"),
        ("a = " + "[" * DEEP, "nested too deeply"),
        ("a = " + "{a=" * DEEP, "nested too deeply"),
        ("[" + "a." * DEEP + "a]", "nested too deeply"),
        ("a = " + "9" * DEEP, "more than 64 bits"),
        ("a = 0x" + "f" * DEEP, "more than 64 bits"),
        ("a = [{ b = 9223372036854775808 }]", "more than 64 bits"),
    ],
    ids=lambda value: value[:20],
)
def test_what_cannot_be_used_says_why(text, why):
    with pytest.raises(NotToml, match=why):
        read_toml(text)
