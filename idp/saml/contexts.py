"""Authentication contexts: what a request demands of the sign-in, and what it is answered with.

Source: saml-core §3.3.2.2.1; the class that asks for the second factor is AD FS's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp.saml import uris
from idp.saml.refusal import Refused

PASSWORD_PROTECTED_TRANSPORT = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"  # noqa: S105  # a URI
UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
MULTIPLE_AUTHN = "http://schemas.microsoft.com/claims/multipleauthn"


@dataclass(frozen=True, slots=True)
class RequestedFactor:
    """``second_factor``: the request demands it. ``answer``: the class that the assertion names."""

    second_factor: bool
    answer: str


_NO_DEMAND = RequestedFactor(second_factor=False, answer=PASSWORD_PROTECTED_TRANSPORT)

_MET_BY = {
    # requested class              what it takes
    PASSWORD_PROTECTED_TRANSPORT: _NO_DEMAND,
    UNSPECIFIED:                  _NO_DEMAND,
    MULTIPLE_AUTHN:               RequestedFactor(second_factor=True, answer=MULTIPLE_AUTHN),
}  # fmt: skip


def resolve_requested_context(
    requested: tuple[str, ...], comparison: str = "exact"
) -> RequestedFactor:
    """Return what the first class that we can meet demands; classes come in order of preference.

    Without classes nothing is demanded. Raises :class:`Refused` (Responder/NoAuthnContext) when
    none can be met, and for the comparison ``better``, which no class here is sure to satisfy.
    """
    if not requested:
        return _NO_DEMAND
    if comparison != "better":
        for wanted in requested:
            if wanted in _MET_BY:
                return _MET_BY[wanted]
    raise Refused(
        "The requested authentication method is not supported",
        f"Ask for {PASSWORD_PROTECTED_TRANSPORT} or {MULTIPLE_AUTHN}",
        code="MSIS7102",
        status=(uris.RESPONDER, uris.NO_AUTHN_CONTEXT),
    )
