"""Who wants in, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from idp.federation.claims import Claim, Subject, identity_claims, method_claims
from idp.federation.whereabouts import Whereabouts


@dataclass(frozen=True)
class Caller:
    """Who wants in: the user, from where, and by which authentication methods so far."""

    user: Subject
    whereabouts: Whereabouts
    methods: tuple[str, ...]

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """All of it as claims; they are made where a rule looks at them."""
        who, how = identity_claims(self.user), method_claims(self.methods)
        return (*who, *how, *self.whereabouts.claims())
