"""Issues the claims of a user to a relying party: by its claim rules, or else the default claims.

As in AD FS, a trust with rules receives what they issue and nothing else: there is no NameID
without a rule for one, and some claims become other parts of the assertion than attributes
(docs/claims.md). No rule can claim more than the user has proved: a method that was not used is
left out, and rules cannot set the time of the sign-in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from adapter.contract import AUTHENTICATION_METHOD
from idp.federation.claim_rules.directory_store import DirectoryStore
from idp.federation.claim_rules.engine import Evaluation, evaluate
from idp.federation.claims import (
    ATTRIBUTE_NAME_FORMAT,
    AUTHENTICATION_INSTANT,
    AUTHENTICATION_METHODS_REFERENCES,
    FORMAT,
    NAME_IDENTIFIER,
    NAME_QUALIFIER,
    SP_NAME_QUALIFIER,
    Claim,
)
from idp.federation.issuance.default_claims import default_attributes
from idp.federation.issuance.name_ids import (
    choose_issued_name_id,
    choose_name_id,
    opaque_name_maker,
)
from idp.request_value import request_value
from idp.saml.contexts import is_proved
from idp.saml.values import UNSPECIFIED, Attribute, NameID, NameIDPolicy

if TYPE_CHECKING:
    from idp.federation.authenticated_user import AuthenticatedUser
    from idp.federation.issuance.name_ids import PersistentNames
    from idp.federation.relying_party.trust import RelyingPartyTrust

_NO_ATTRIBUTES = (NAME_IDENTIFIER, AUTHENTICATION_METHOD, AUTHENTICATION_INSTANT)


@request_value
class IssuedClaims:
    """What a relying party receives.

    ``context`` is the authentication context class that its rules choose, None if they choose
    none. ``outcome`` is the evaluation of its rules, None for a trust without rules.
    """

    name_id: NameID | None
    attributes: tuple[Attribute, ...]
    context: str | None = None
    outcome: Evaluation | None = None


def issue_claims(
    authenticated: AuthenticatedUser,
    trust: RelyingPartyTrust,
    policy: NameIDPolicy,
    *,
    issuer: str,
    names: PersistentNames,
) -> IssuedClaims:
    """Return what *trust* receives about a user.

    *policy* is the NameIDPolicy of the request, *issuer* our entity ID. Raises
    :class:`~idp.saml.refusal.Refused` for a NameID that the user or trust cannot have, and what
    :func:`~idp.federation.claim_rules.engine.evaluate` raises.
    """
    user, methods, rules = authenticated.user, authenticated.methods, trust.settings.claim_rules
    if rules is None:
        name_id = choose_name_id(user, trust, policy, issuer=issuer, names=names)
        return IssuedClaims(name_id, default_attributes(user, trust, methods=methods))
    store = DirectoryStore(user, opaque_name_maker(user, trust, policy, names))
    outcome = evaluate(rules, authenticated.claims, store)
    sent = (claim for claim in outcome.claims if _is_attribute(claim, methods))
    return IssuedClaims(
        choose_issued_name_id(tuple(_name_ids(outcome)), trust, policy, issuer=issuer),
        tuple(_attributes(sent)),
        next((c.value for c in outcome.claims if c.type == AUTHENTICATION_METHOD), None),
        outcome,
    )


def withheld(outcome: Evaluation, methods: tuple[str, ...]) -> tuple[Claim, ...]:
    """Return what rules issue about the sign-in but was not proved, and is therefore left out."""
    return tuple(
        claim
        for claim in outcome.claims
        if (claim.type == AUTHENTICATION_METHODS_REFERENCES and claim.value not in methods)
        or (claim.type == AUTHENTICATION_METHOD and not is_proved(claim.value, methods))
    )


def _is_attribute(claim: Claim, methods: tuple[str, ...]) -> bool:
    if claim.type == AUTHENTICATION_METHODS_REFERENCES:
        return claim.value in methods
    return claim.type not in _NO_ATTRIBUTES


def _name_ids(outcome: Evaluation) -> Iterator[NameID]:
    for claim in outcome.claims:
        if claim.type == NAME_IDENTIFIER:
            yield NameID(
                claim.value,
                claim.property(FORMAT) or UNSPECIFIED,
                name_qualifier=claim.property(NAME_QUALIFIER),
                sp_name_qualifier=claim.property(SP_NAME_QUALIFIER),
            )


def _attributes(claims: Iterable[Claim]) -> Iterator[Attribute]:
    """Gather claims by type and name format, in the order in which they were issued."""
    values: dict[tuple[str, str | None], dict[str, None]] = {}
    for claim in claims:
        key = (claim.type, claim.property(ATTRIBUTE_NAME_FORMAT))
        values.setdefault(key, {})[claim.value] = None
    for (name, name_format), unique in values.items():
        yield Attribute(name, tuple(unique), name_format)
