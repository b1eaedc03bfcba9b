"""Who asks: the signed-in user of one request to ``/account/``, and what the user has proved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.directory import User
from idp.session.sso import Session
from idp.web.web_request import WebRequest

FRESH_FOR = timedelta(minutes=10)
"""How long a proof is recent enough to add or remove a method."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A user with a valid session. ``has_methods`` says whether there is a second factor to ask."""

    web: WebRequest
    user: User
    session: Session
    has_methods: bool

    @property
    def is_verified(self) -> bool:
        """Whether the user may see security info: with the second factor, if there is one."""
        return self.session.second is not None or not self.has_methods

    def is_fresh(self, now: datetime) -> bool:
        """Say whether the last proof that counts is recent enough for a change."""
        proof = self.session.second if self.has_methods else self.session.primary
        return proof is not None and now - proof.at < FRESH_FOR
