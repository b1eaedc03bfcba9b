"""What follows from a trust and from the rules for all trusts, worked out once for many sign-ins.

Both are immutable values, and an administrator's change makes new ones. So what follows from them
lasts as long as they do: ``idp.store.sign_ins`` keeps it beside the trust, under the same stamps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.decision import Access, decide, decide_for_everybody
from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.relying_party.trust import RelyingPartyTrust


@dataclass(frozen=True)
class PreparedTrust:
    """A trust with the rules for all trusts, and the decisions about it that are the same always.

    They are made when first needed.
    """

    trust: RelyingPartyTrust
    rules: AccessRules

    def is_of(self, trust: RelyingPartyTrust, rules: AccessRules) -> bool:
        """Say whether it was made of these very values, which nobody has changed since."""
        return self.trust is trust and self.rules is rules

    def access(self, authenticated: AuthenticatedUser) -> Access:
        """Decide access for a user, as :func:`decide` does."""
        for_everybody = self._access_for_everybody
        if for_everybody is not None:
            return for_everybody
        return decide(self.trust.settings, self.rules, authenticated)

    @cached_property
    def _access_for_everybody(self) -> Access | None:
        return decide_for_everybody(self.trust.settings, self.rules)
