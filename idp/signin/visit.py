"""What one web request brings besides its message: where it was sent, and who sent it."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.contract import HttpRequest
from idp.signin.known import Known, Look


@dataclass(frozen=True, slots=True)
class Visit:
    """One web request. ``action`` is the absolute address that its pages post to.

    ``node`` names the node that answers, None for the first of the farm.
    """

    action: str
    node: str | None
    client_ip: str
    user_agent: str
    look: Look

    def for_adapter(self, known: Known) -> HttpRequest:
        """Return what an adapter may know of it."""
        return HttpRequest(
            node_name=known.node.name,
            node_build=known.node.build,
            application=known.trust.display_name or known.trust.entity_id,
            client_ip=self.client_ip,
            user_agent=self.user_agent,
        )
