"""Looks for a text within columns, in any case."""

from __future__ import annotations

from collections.abc import Iterable
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
    return or_(*(_contains(column, text, is_sqlite) for column, text in searched))


def _contains(column: Column[Any], text: str, is_sqlite: bool) -> ColumnElement[bool]:
    lower = text.lower()
    escaped = "".join(f"/{each}" if each in _WILD else each for each in lower)
    pattern = literal(f"%{escaped}%", StorableText)  # it may hold any character
    if not is_sqlite:
        return column.ilike(pattern, escape="/")  # else it would be a backslash
    return column.like(
        pattern, escape=None if escaped == lower else "/"
    )  # it costs time in each row
