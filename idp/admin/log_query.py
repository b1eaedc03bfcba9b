"""Reads from a request which entries of the sign-in log are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from idp.audit.sign_in_log import LogQuery
from idp.management.sign_in_log import read_since

SEARCHED = ("user", "trust", "outcome", "code", "since", "activity")


def query_in(parameters: Mapping[str, str], now: datetime) -> LogQuery:
    """Return the query; raises :class:`~idp.management.sign_in_log.NotATimeError`."""
    wanted = {name: parameters.get(name, "").strip() or None for name in SEARCHED}
    return LogQuery(
        user=wanted["user"],
        activity_id=wanted["activity"],
        since=read_since(wanted["since"], now) if wanted["since"] else None,
        outcome=wanted["outcome"],
        trust=wanted["trust"],
        code=wanted["code"],
    )
