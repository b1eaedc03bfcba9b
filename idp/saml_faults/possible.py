"""Whether a trust can have a fault: some need its encryption, its log-out, or our next key."""

from __future__ import annotations

from datetime import datetime

from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.federation.token_signing.ring import Ring
from idp.saml.endpoints import logout_service
from idp.saml_faults.errors import FaultNotPossible
from idp.saml_faults.fault import MISSING, Fault, Needs


def check_possible(fault: Fault, trust: RelyingPartyTrust, ring: Ring, now: datetime) -> None:
    """Raise :class:`FaultNotPossible` if *trust* lacks what *fault* needs."""
    if fault.needs is None or _has(fault.needs, trust, ring, now):
        return
    problem, remedy = MISSING[fault.needs]
    raise FaultNotPossible(
        f"{trust.display_name} cannot have the fault {fault.code}: {problem.lower()}", remedy
    )


def _has(needs: Needs, trust: RelyingPartyTrust, ring: Ring, now: datetime) -> bool:
    match needs:
        case Needs.ENCRYPTION:
            encryption = trust.encryption_at(now)
            return encryption is not None and encryption.assertion
        case Needs.LOG_OUT:
            provider = trust.service_provider
            return bool(logout_service(provider) and provider.signing_certificates)
        case Needs.NEXT_KEY:
            return ring.next is not None
