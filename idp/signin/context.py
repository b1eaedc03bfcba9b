"""The field ``Context``: the sealed state of one second-factor page.

It is bound to the browser's session and holds the sign-in, the user and the adapter's data. It can
be kept and sent again, so nothing here may be needed against a rewind: what was answered, used or
counted is in the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapter.contract import Json
from idp.session.seal import Seal
from idp.signin.pending import MAX_LIFETIME, PendingSignIn, from_json


@dataclass(frozen=True, slots=True)
class SecondFactorContext:
    """Where a sign-in stands between the password and the assertion.

    ``provider`` is the adapter being used, empty on the choice page; ``data`` holds the data of
    every adapter that said it is available, by name.
    """

    pending: PendingSignIn
    user: str
    context_id: str
    provider: str = ""
    data: dict[str, dict[str, Json]] = field(default_factory=dict)

    def seal(self, seal: Seal, session_id: str, now: datetime) -> str:
        """Return it as the field's value; two never look alike.

        However often it is renewed, it ends when the sign-in has lasted too long: what is used up
        has to be remembered only so long.
        """
        values = {
            "pending": self.pending.to_json(),
            "user": self.user,
            "context_id": self.context_id,
            "provider": self.provider,
            "data": self.data,
        }
        left = self.pending.received_at + MAX_LIFETIME - now
        return seal.seal(values, bound_to=session_id, lifetime=left)


def unseal(seal: Seal, text: str, session_id: str) -> SecondFactorContext:
    """Open the field; raises :class:`idp.session.seal.SealBroken` for another session's."""
    values: dict[str, Any] = seal.open(text, bound_to=session_id)
    return SecondFactorContext(
        pending=from_json(values["pending"]),
        user=values["user"],
        context_id=values["context_id"],
        provider=values["provider"],
        data=values["data"],
    )
