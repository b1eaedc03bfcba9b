"""What is known of a sign-in before a step: its trust, and whose session the browser has."""

from __future__ import annotations

from dataclasses import dataclass

from idp.directory import User
from idp.federation.trusts import RelyingPartyTrust
from idp.saml.refusal import Refused
from idp.services import Services
from idp.session.sso import Session


@dataclass(frozen=True, slots=True)
class Known:
    """One look at the store. ``session`` and ``user`` are both there, or both None."""

    trust: RelyingPartyTrust
    second_factor: str
    session: Session | None = None
    user: User | None = None


def look_up(services: Services, entity_id: str, session: Session | None) -> Known:
    """Return what holds at this moment; a session that is not good any more counts as none.

    Raises :class:`Refused` when the trust is gone or was disabled meanwhile.
    """
    facts = services.sign_ins.facts(
        entity_id, session.user if session else None, session.id if session else None
    )
    trust = facts.trust
    if trust is None or not trust.settings.enabled:
        raise Refused(
            "There is no such relying party trust, or it is disabled",
            "See tallystick sp list",
            code="MSIS7007",
        )
    user = facts.user
    if session is None or user is None or facts.session_ended or not _is_good(session, user):
        return Known(trust, facts.second_factor)
    return Known(trust, facts.second_factor, session, user)


def _is_good(session: Session, user: User) -> bool:
    """A disabled user has no session, and a new password ends the older ones."""
    return not user.disabled and session.password_at >= user.valid_from
