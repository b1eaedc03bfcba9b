"""Reads what a page or the REST API searches for among the timelines of the flight recorder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import request

from idp.management.sign_in_log import read_since
from idp.recorder.store import TimelineQuery

if TYPE_CHECKING:
    from idp.services import Services

MAX_DIGITS = 18


def query_of(services: Services, wanted: Mapping[str, str]) -> TimelineQuery:
    """Return the query for these values, all as text; raises for a ``since`` that is no time."""
    since, now = wanted.get("since", ""), services.clock.now()
    return TimelineQuery(
        user=wanted.get("user", ""),
        trust=wanted.get("trust", ""),
        outcome=wanted.get("outcome", ""),
        code=wanted.get("code", ""),
        text=wanted.get("text", ""),
        since=read_since(since, now) if since else None,
    )


def whole_number(name: str) -> int | None:
    """Return a parameter of the address that is a whole number, None if it is missing or none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None
