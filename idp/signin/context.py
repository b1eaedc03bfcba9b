"""The field ``Context``: the sealed state of one second-factor page.

It is bound to the browser's session and holds the sign-in and the progress of the adapters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.adapters.second_factor import AdapterProgress
from idp.session.seal import Seal
from idp.signin.pending import MAX_LIFETIME, PendingSignIn, from_json


@dataclass(frozen=True, slots=True)
class SecondFactorContext:
    """A sign-in between the password and the assertion, and how far its second factor is."""

    pending: PendingSignIn
    progress: AdapterProgress

    def seal(self, seal: Seal, session_id: str, now: datetime) -> str:
        """Return the field's value; no two values are equal.

        However often the page is shown, the value expires :data:`MAX_LIFETIME` after the request:
        the database remembers used-up sign-ins no longer than that.
        """
        values = {
            "pending": self.pending.to_json(),
            "user": self.progress.user,
            "context_id": self.progress.context_id,
            "provider": self.progress.provider,
            "data": self.progress.data,
        }
        left = self.pending.received_at + MAX_LIFETIME - now
        return seal.seal(values, bound_to=session_id, lifetime=left)


def unseal(seal: Seal, text: str, session_id: str) -> SecondFactorContext:
    """Open the field; raises :class:`idp.session.seal.SealBroken` for another session's."""
    return seal.open_as(_from_json, text, bound_to=session_id)


def _from_json(values: dict[str, Any]) -> SecondFactorContext:
    progress = AdapterProgress(
        user=values["user"],
        context_id=values["context_id"],
        provider=values["provider"],
        data=values["data"],
    )
    return SecondFactorContext(from_json(values["pending"]), progress)
