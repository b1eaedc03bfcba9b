"""Who wants in, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from idp.federation.claims import Claim, Subject, identity_claims, sign_in_claims
from idp.federation.request_context import RequestContext


@dataclass(frozen=True)
class Caller:
    """Who wants in: the user, from where, and by which authentication methods so far, and when."""

    user: Subject
    request_context: RequestContext
    methods: tuple[str, ...]
    authenticated_at: datetime

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """All of it as claims; they are made where a rule looks at them."""
        how = sign_in_claims(self.methods, self.authenticated_at)
        return (*identity_claims(self.user), *how, *self.request_context.claims())
