"""What a relying party is told of a user: by its claim rules, else what is usual.

As in AD FS, a trust with rules is told what they issue and nothing else: there is no NameID without
a rule for one (facts §C.4), and some claims become other parts of the assertion than attributes. No
rule makes it claim more than the user has proved: a method that was not used is not told of, and
the time of the sign-in is no rule's to choose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.contract import AUTHENTICATION_METHOD
from idp.federation.claim_rules.directory_store import DirectoryStore
from idp.federation.claim_rules.engine import Outcome, evaluate
from idp.federation.claims import (
    ATTRIBUTE_NAME_FORMAT,
    AUTHENTICATION_INSTANT,
    AUTHENTICATION_METHODS_REFERENCES,
    FORMAT,
    NAME_IDENTIFIER,
    NAME_QUALIFIER,
    SP_NAME_QUALIFIER,
    Claim,
    Subject,
    identity_claims,
)
from idp.federation.issuance.default_claims import attributes_of
from idp.federation.issuance.name_ids import issued_name_id, name_id_for, opaque_name_for
from idp.saml.contexts import is_proved
from idp.saml.values import UNSPECIFIED, Attribute, NameID, NameIDPolicy

if TYPE_CHECKING:
    from idp.federation.issuance.name_ids import PersistentNames
    from idp.federation.relying_party.trust import RelyingPartyTrust

_NO_ATTRIBUTES = (NAME_IDENTIFIER, AUTHENTICATION_METHOD, AUTHENTICATION_INSTANT)


@dataclass(frozen=True, slots=True)
class IssuedClaims:
    """What a relying party is told. ``context`` is what its rules call the sign-in, if anything;
    ``outcome`` is what they made, None where there are none.
    """

    name_id: NameID | None
    attributes: tuple[Attribute, ...]
    context: str | None = None
    outcome: Outcome | None = None


def issue_claims(
    user: Subject,
    trust: RelyingPartyTrust,
    policy: NameIDPolicy,
    *,
    issuer: str,
    names: PersistentNames,
    methods: tuple[str, ...],
    sign_in: Callable[[], Iterable[Claim]],
) -> IssuedClaims:
    """Return what *trust* is told of *user*, who signed in by *methods*.

    *sign_in* gives what rules may know of the sign-in beside the user; it is only asked for them.
    Raises :class:`~idp.saml.refusal.Refused` for a NameID that cannot be given, and what
    :func:`~idp.federation.claim_rules.engine.evaluate` raises.
    """
    rules = trust.settings.claim_rules
    if rules is None:
        name_id = name_id_for(user, trust, policy, issuer=issuer, names=names)
        return IssuedClaims(name_id, attributes_of(user, trust, methods=methods))
    store = DirectoryStore(user, opaque_name_for(user, trust, policy, names))
    outcome = evaluate(rules, (*identity_claims(user), *sign_in()), store)
    return IssuedClaims(
        issued_name_id(tuple(_name_ids(outcome)), trust, policy, issuer=issuer),
        tuple(_attributes(claim for claim in outcome.claims if _is_told(claim, methods))),
        next((c.value for c in outcome.claims if c.type == AUTHENTICATION_METHOD), None),
        outcome,
    )


def withheld(outcome: Outcome, methods: tuple[str, ...]) -> tuple[Claim, ...]:
    """Return what rules issue of the sign-in that was not proved, and is therefore not told."""
    return tuple(
        claim
        for claim in outcome.claims
        if (claim.type == AUTHENTICATION_METHODS_REFERENCES and claim.value not in methods)
        or (claim.type == AUTHENTICATION_METHOD and not is_proved(claim.value, methods))
    )


def _is_told(claim: Claim, methods: tuple[str, ...]) -> bool:
    if claim.type == AUTHENTICATION_METHODS_REFERENCES:
        return claim.value in methods
    return claim.type not in _NO_ATTRIBUTES


def _name_ids(outcome: Outcome) -> Iterator[NameID]:
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
    for (name, name_format), found in values.items():
        yield Attribute(name, tuple(found), name_format)
