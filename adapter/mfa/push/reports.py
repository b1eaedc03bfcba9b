"""What a report of a request as not the user's leads to, in the transaction of the answer."""

from __future__ import annotations

from datetime import datetime

from adapter.mfa.protection.block import block_by_report
from adapter.mfa.protection.risk import Risk
from adapter.mfa.push.challenge import Challenge
from adapter.mfa.push.store import PushTransaction


def take_report(mine: PushTransaction, reported: Challenge, now: datetime, *, blocks: bool) -> None:
    """Pause requests, and put the user at high risk; if *blocks*, block the user as well."""
    mine.pause(reported.answered_by or "", now, is_blocked=blocks)
    mine.raise_risk(Risk(now, reported.client_ip))
    if blocks:
        mine.save_block(block_by_report(mine.block(), now))
