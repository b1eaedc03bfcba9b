"""What is known against an account, for people and for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.mfa.protection.risk import HIGH
from adapter.sentences import sentence
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
        until = json_instant(blocked.until)
        phrases.append(sentence("blocked until {time} by {name}", time=until, name=blocked.by))
    if risk is not None:
        phrases.append(
            sentence(
                "at high risk since {time}, reported from {place}",
                time=json_instant(risk.since),
                place=risk.client_ip or sentence("an unknown address"),
            )
        )
    return tuple(phrases)
