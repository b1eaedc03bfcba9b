"""An authenticated user as a value: claim rules, access control, audit and simulation take it.

It is the one place where the claims of a signed-in user are put together. A new claim is added
here, and every room that looks at claims has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from idp.federation.claims import Claim, Subject, identity_claims, sign_in_claims
from idp.federation.request_context import RequestContext
from idp.saml.contexts import MULTIPLE_AUTHN


def authentication_methods(primary: str, second: str | None = None) -> tuple[str, ...]:
    """Return all values of the claim ``authnmethodsreferences``, the primary method first.

    *primary* and *second* are authentication method URIs. As in AD FS, a second factor adds its
    own method and ``multipleauthn``. A passkey is both, and is named once.
    """
    if second is None:
        return (primary,)
    return tuple(dict.fromkeys((primary, second, MULTIPLE_AUTHN)))


@dataclass(frozen=True)
class AuthenticatedUser:
    """A user who signed in: by which ``methods``, when, and from where.

    ``methods`` are what :func:`authentication_methods` returns for the proofs that count.
    ``authenticated_at`` is when the user last proved something.
    """

    user: Subject
    methods: tuple[str, ...]
    authenticated_at: datetime
    request_context: RequestContext

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """All claims that rules may use: of the user, the sign-in and the request.

        They are made when a rule first needs them.
        """
        return (
            *identity_claims(self.user),
            *sign_in_claims(self.methods, self.authenticated_at),
            *self.request_context.claims(),
        )
