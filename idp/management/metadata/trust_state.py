"""What the audit log keeps of a trust, before and after a change."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from idp.federation.relying_party.trust import RelyingPartyTrust


def state_of(trust: RelyingPartyTrust | None) -> dict[str, Any] | None:
    """Return the settings of a trust, and what its metadata says; None without a trust."""
    if trust is None:
        return None
    return {
        "display_name": trust.display_name,
        "source": trust.source,
        "signed_by": trust.signed_by,
        "metadata": asdict(trust.service_provider),
        **trust.settings.model_dump(mode="json"),
    }
