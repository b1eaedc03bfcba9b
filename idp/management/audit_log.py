"""Reads the audit log of administration, for ``/admin/audit`` and ``tallystick admin audit``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from idp.audit.changes import ChangeEntry, ChangeQuery

if TYPE_CHECKING:
    from idp.services import Services

PAGE_SIZE = 50
MAX_PAGE_SIZE = 500
MAX_SHOWN = 120
"""Characters of a value in a sentence."""

EVERYTHING = ChangeQuery()


def page(
    services: Services,
    query: ChangeQuery = EVERYTHING,
    *,
    before_id: int | None = None,
    limit: int = PAGE_SIZE,
) -> tuple[tuple[ChangeEntry, ...], int | None]:
    """Return a page of entries, newest first, and the id to ask for the next page with, if any."""
    found = services.changes.store.newest(query, limit + 1, before_id)
    shown = tuple(found[:limit])
    return shown, shown[-1].id if len(found) > limit else None


def read(
    services: Services,
    query: ChangeQuery = EVERYTHING,
    *,
    limit: int | None = None,
    wait: Callable[[], None] | None = None,
) -> Iterator[ChangeEntry]:
    """Yield entries, oldest first; with *limit*, of those there are only the newest.

    With *wait*, the generator never ends: it calls *wait* after the last entry and then yields what
    was added meanwhile.
    """
    store, last = services.changes.store, 0
    if limit is not None:
        newest = store.newest(query, limit)[::-1]
        yield from newest
        if wait is None:
            return
        last = newest[-1].id if newest else 0
    while True:
        found = store.after(query, last, MAX_PAGE_SIZE)
        yield from found
        last = found[-1].id if found else last
        if len(found) == MAX_PAGE_SIZE:
            continue
        if wait is None:
            return
        wait()


def differences(entry: ChangeEntry) -> tuple[tuple[str, str, str], ...]:
    """Return what an entry says has changed: a name, and the texts before and after."""
    before, after = entry.before, entry.after
    if isinstance(before, dict) or isinstance(after, dict):
        old, new = before or {}, after or {}
        if isinstance(old, dict) and isinstance(new, dict):
            return tuple(
                each for key in {**old, **new} for each in _within(key, old.get(key), new.get(key))
            )
    if before is None and after is None:
        return ()
    return (("", text_of(before), text_of(after)),)


def _within(name: str, before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    """Give a value's change; of two tables, that of each value in them that is different."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield name, text_of(before), text_of(after)
        return
    for key in {**before, **after}:
        if before.get(key) != after.get(key):
            yield from _within(f"{name}.{key}", before.get(key), after.get(key))


def text_of(value: Any) -> str:
    """Return a value of an entry as a text of at most :data:`MAX_SHOWN` characters."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"
