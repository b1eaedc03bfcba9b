"""Tells a plan in words: one line for each value that changes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from adapter.sentences import joined, sentence
from idp.management.configuration.plan import ADD, CHANGE, REMOVE, Change, Plan

MAX_SHOWN = 70
NOTHING = "Nothing would change."


def plan_lines(plan: Plan) -> list[str]:
    """Return the lines of a plan, empty if nothing changes."""
    return [line for change in plan.changes for line in _change_lines(change)]


def count_changes(plan: Plan) -> str:
    """Return how much a plan changes: "2 added, 1 changed"."""
    numbers = Counter(each.action for each in plan.changes)
    words = {
        ADD: sentence("{number} added", number=numbers[ADD]),
        CHANGE: sentence("{number} changed", number=numbers[CHANGE]),
        REMOVE: sentence("{number} removed", number=numbers[REMOVE]),
    }
    told = [word for action, word in words.items() if numbers[action]]
    return joined(", ", told) if told else sentence("nothing changed")


def _change_lines(change: Change) -> Iterator[str]:
    section, what = change.section, change.section.kind
    if change.name and not (section.is_single and change.action == CHANGE):
        what = sentence("{kind} {name}", kind=what, name=change.name)
    if change.action == REMOVE:
        yield sentence("remove {what}", what=what)
    elif change.action == ADD:
        wanted = change.wanted or {}
        shown = ", ".join(f"{key} {wanted[key]}" for key in section.shown)
        added = sentence("add {what}", what=what)
        yield joined(": ", (added, shown)) if shown else added
    else:
        for each in change.differences:
            yield sentence(
                "change {what}: {key}: {before} → {after}",
                what=what,
                key=each.key,
                before=shown_value(each.before),
                after=shown_value(each.after),
            )


def shown_value(value: Any) -> str:
    """Return a value on one line; a long text by its length and the begin of its digest."""
    if value in (None, "", [], {}):
        return sentence("not set")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(text) <= MAX_SHOWN and "\n" not in text:
        return text
    digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]
    return sentence("({number} characters, SHA-256 {digest}…)", number=len(text), digest=digest)
