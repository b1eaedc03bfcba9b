"""One step of a log-out as a value: what the flow is given for one web request."""

from __future__ import annotations

from dataclasses import dataclass

from idp.audit.writer import EventSource
from idp.federation.relying_party.trust import RelyingPartyTrust, UnreadableTrust
from idp.saml.refusal import Refused
from idp.session.sso import Session
from idp.signin.browser_request import BrowserRequest


@dataclass(frozen=True, slots=True)
class LogOutStep:
    """The request of a step, the session of its browser, and the node that answers."""

    request: BrowserRequest
    session: Session | None
    node: str

    @property
    def source(self) -> EventSource:
        """What rows of the log say of this step."""
        return self.request.event_source(self.node)

    def trust(self, entity_id: str) -> RelyingPartyTrust | None:
        """Return a trust, None if it was removed, is disabled or cannot be read."""
        try:
            return self.request.load_facts(entity_id).trust
        except (Refused, UnreadableTrust):
            return None

    def name_of(self, entity_id: str) -> str:
        """Return the name by which people know a service provider."""
        trust = self.trust(entity_id)
        return trust.display_name if trust else entity_id
