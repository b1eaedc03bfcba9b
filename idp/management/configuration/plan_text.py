"""Tells a plan in words: one line for each value that changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from idp.management.configuration.plan import ADD, REMOVE, Change, Plan

MAX_SHOWN = 70
NOTHING = "Nothing would change."


def plan_lines(plan: Plan) -> list[str]:
    """Return the lines of a plan, empty if nothing changes."""
    return [line for change in plan.changes for line in _change_lines(change)]


def count_changes(plan: Plan) -> str:
    """Return how much a plan changes: "2 added, 1 changed"."""
    words = {ADD: "added", "change": "changed", REMOVE: "removed"}
    actions = [each.action for each in plan.changes]
    numbers = [f"{actions.count(key)} {word}" for key, word in words.items() if key in actions]
    return ", ".join(numbers) or "nothing changed"


def _change_lines(change: Change) -> Iterator[str]:
    section, name = change.section, f" {change.name}" if change.name else ""
    if change.action == REMOVE:
        yield f"remove {section.kind}{name}"
    elif change.action == ADD:
        wanted = change.wanted or {}
        shown = ", ".join(f"{key} {wanted[key]}" for key in section.shown)
        yield f"add {section.kind}{name}{f': {shown}' if shown else ''}"
    else:
        of_table = section.kind if section.is_single else f"{section.kind}{name}"
        for each in change.differences:
            yield f"change {of_table}: {each.key}: {shown_value(each.before)} → {_after(each)}"


def _after(difference: Any) -> str:
    return shown_value(difference.after)


def shown_value(value: Any) -> str:
    """Return a value on one line; a long text by its length and the begin of its digest."""
    if value in (None, "", [], {}):
        return "not set"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(text) <= MAX_SHOWN and "\n" not in text:
        return text
    digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]
    return f"({len(text)} characters, SHA-256 {digest}…)"
