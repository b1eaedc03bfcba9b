"""Looks for a text within columns, in any case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, literal, or_

from idp.store.column_types import StorableText

_WILD = "/%_"


def contains(
    searched: Iterable[tuple[Column[Any], str]], *, is_sqlite: bool
) -> ColumnElement[bool]:
    """Return the condition that one of the columns contains the text given for it, in any case.

    SQLite's ``LIKE`` ignores the case of ASCII letters, and its ``lower()`` knows no others, so
    that calling it for each row would only take as long again.
    """
    found: Sequence[ColumnElement[bool]] = [
        column.like(pattern, escape="/") if is_sqlite else column.ilike(pattern, escape="/")
        for column, text in searched
        for pattern in (literal(_pattern(text), StorableText),)  # it may hold any character
    ]
    return or_(*found)


def _pattern(text: str) -> str:
    escaped = "".join(f"/{each}" if each in _WILD else each for each in text.lower())
    return f"%{escaped}%"
