"""What is known against an account, for people and for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.mfa.protection.risk import HIGH
from idp.instants import json_instant

if TYPE_CHECKING:
    from adapter.mfa.protection.store import Standing


def standing_as_json(standing: Standing) -> dict[str, Any]:
    """Return it for scripts; ``mfa_blocked`` and ``risk`` are null if there is nothing."""
    blocked, risk = standing.block, standing.risk
    return {
        "mfa_blocked": blocked
        and {
            "since": json_instant(blocked.since),
            "until": json_instant(blocked.until),
            "by": blocked.by,
        },
        "risk": risk
        and {"level": HIGH, "since": json_instant(risk.since), "client_ip": risk.client_ip},
    }


def describe(standing: Standing) -> tuple[str, ...]:
    """Return it in words, one phrase for each thing."""
    blocked, risk = standing.block, standing.risk
    phrases = []
    if blocked is not None:
        phrases.append(f"blocked until {json_instant(blocked.until)} by {blocked.by}")
    if risk is not None:
        where = risk.client_ip or "an unknown address"
        phrases.append(f"at high risk since {json_instant(risk.since)}, reported from {where}")
    return tuple(phrases)
