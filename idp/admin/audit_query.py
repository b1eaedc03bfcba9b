"""Reads from a request which entries of the audit log are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from idp.audit.changes import ChangeQuery
from idp.management.sign_in_log import read_since

SEARCHED = ("q", "actor", "verb", "object", "since")


def query_in(parameters: Mapping[str, str], now: datetime) -> ChangeQuery:
    """Return the query; raises :class:`~idp.management.sign_in_log.NotATimeError`."""
    wanted = {name: parameters.get(name, "").strip() for name in SEARCHED}
    return ChangeQuery(
        text=wanted["q"],
        actor=wanted["actor"],
        verb=wanted["verb"],
        about=wanted["object"],
        since=read_since(wanted["since"], now) if wanted["since"] else None,
    )
