"""What one web request brings besides its message: where it was sent, and who sent it."""

from __future__ import annotations

import string
from dataclasses import dataclass
from urllib.parse import quote

from adapter.contract import HttpRequest
from idp.directory.lockout import Origin
from idp.federation.request_context import RequestContext
from idp.signin.loop_detection import RecentTokens
from idp.signin.sign_in_facts import FactsLoader, SignInFacts


@dataclass(frozen=True, slots=True)
class BrowserRequest:
    """One web request, for ``address`` and the raw ``query`` behind it.

    ``node`` names the node that answers, None for the first of the farm. ``recent_tokens`` are
    those that its browser was given.
    """

    address: str
    query: bytes
    node: str | None
    request_context: RequestContext
    look: FactsLoader
    recent_tokens: RecentTokens

    @property
    def action(self) -> str:
        """The absolute address that its pages post to."""
        query = quote(self.query, safe=string.punctuation)
        return f"{self.address}?{query}" if query else self.address

    @property
    def origin(self) -> Origin:
        """Where what is typed on its pages comes from, for the lock-out."""
        where = self.request_context
        return Origin(where.user_ips, extranet=not where.inside_corporate_network)

    def for_adapter(self, known: SignInFacts) -> HttpRequest:
        """Return what an adapter may know of it."""
        return HttpRequest(
            node_name=known.node.name,
            node_build=known.node.build,
            application=known.trust.display_name or known.trust.entity_id,
            client_ip=self.request_context.shown_ip,
            user_agent=self.request_context.user_agent,
        )
