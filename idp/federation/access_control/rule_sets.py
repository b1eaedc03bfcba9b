"""Access control by rules in AD FS's claim rule language.

Issuance authorization rules issue ``permit`` or ``deny``: deny beats permit, and without either
nobody gets in. Additional authentication rules require the second factor by issuing
``authenticationmethod`` with the value ``multipleauthn``. AD FS sets them with
``Set-AdfsRelyingPartyTrust -IssuanceAuthorizationRules`` and ``-AdditionalAuthenticationRules``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from adapter.contract import AUTHENTICATION_METHOD
from adapter.sentences import sentence
from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.claim_rules.adfs.parser import read
from idp.federation.claim_rules.directory_store import DirectoryStore
from idp.federation.claim_rules.engine import evaluate
from idp.federation.claim_rules.model import ClaimRules
from idp.federation.claims import DENY, PERMIT, Claim
from idp.saml.contexts import MULTIPLE_AUTHN

AUTHORIZATION = "issuance authorization rules"
FOR_ALL_TRUSTS, OF_THE_TRUST = "for all trusts", "of the trust"
"""Whose additional authentication rules they are, in words."""


@lru_cache(maxsize=1024)
def rules_of(text: str) -> ClaimRules:
    """Return the rules of *text*, read once.

    Raises :class:`~idp.federation.claim_rules.errors.BadRule`.
    """
    return read(text)


def authorized_by(
    text: str, authenticated: AuthenticatedUser
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which issuance authorization rules permit a user, and which deny."""
    issued = tuple(_issued(text, authenticated))
    permits, denies = (
        tuple(authorization_reason(number) for number, claim in issued if claim.type == type_)
        for type_ in (PERMIT, DENY)
    )
    return permits, denies


def second_factor_by(text: str, whose: str, authenticated: AuthenticatedUser) -> tuple[str, ...]:
    """Return which additional authentication rules ask a user for the second factor.

    *whose* rules they are is said in the reasons.
    """
    return tuple(
        additional_reason(number, whose)
        for number, claim in _issued(text, authenticated)
        if (claim.type, claim.value) == (AUTHENTICATION_METHOD, MULTIPLE_AUTHN)
    )


def authorization_reason(number: int) -> str:
    """Return what a decision calls an issuance authorization rule."""
    return sentence("rule {number} of the issuance authorization rules", number=number)


def additional_reason(number: int, whose: str) -> str:
    """Return what a decision calls an additional authentication rule."""
    if whose == FOR_ALL_TRUSTS:
        return sentence(
            "rule {number} of the additional authentication rules for all trusts", number=number
        )
    return sentence(
        "rule {number} of the additional authentication rules of the trust", number=number
    )


def _issued(text: str, authenticated: AuthenticatedUser) -> Iterator[tuple[int, Claim]]:
    """Yield what rules issue, with the number of each rule; nothing, at no cost, without rules."""
    if text:
        outcome = evaluate(rules_of(text), authenticated.claims, DirectoryStore(authenticated.user))
        for step in outcome.trace:
            if step.rule.output:
                yield from ((step.number, claim) for claim in step.claims)
