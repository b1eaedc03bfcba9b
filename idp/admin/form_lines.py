"""Reads the fields of forms that take one value a line."""

from __future__ import annotations


def lines_of(text: str) -> list[str]:
    """Return the values of a field that takes one a line; blank lines are left out."""
    return [line.strip() for line in text.splitlines() if line.strip()]
