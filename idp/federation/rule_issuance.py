"""What a trust with claim rules is told: what its rules issue, and nothing else.

As in AD FS, there is no NameID without a rule for one (facts §C.4), and some claims become other
parts of the assertion than attributes. No rule makes it claim more than the user has proved: a
method that was not used is not told of, and the time of the sign-in is no rule's to choose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from adapter.contract import AUTHENTICATION_METHOD
from idp.federation.claim_rules.directory import DirectoryStore
from idp.federation.claim_rules.engine import Outcome, evaluate
from idp.federation.claim_rules.rules import Rules
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
from idp.saml.contexts import is_proved
from idp.saml.values import UNSPECIFIED, Attribute, NameID

_NO_ATTRIBUTES = (NAME_IDENTIFIER, AUTHENTICATION_METHOD, AUTHENTICATION_INSTANT)


@dataclass(frozen=True, slots=True)
class Told:
    """``names`` are the NameIDs that rules issue, in order; ``context`` what they call the
    sign-in, None where they do not.
    """

    names: tuple[NameID, ...]
    attributes: tuple[Attribute, ...]
    context: str | None


def run(
    rules: Rules,
    user: Subject,
    sign_in: Iterable[Claim],
    opaque_name: Callable[[str], str | None],
) -> Outcome:
    """Return what *rules* make of *user* and of what the sign-in says of itself.

    *opaque_name* gives persistent and transient names by their format.
    """
    claims = (*identity_claims(user), *sign_in)
    return evaluate(rules, claims, DirectoryStore(user, opaque_name))


def told_by(outcome: Outcome, methods: tuple[str, ...]) -> Told:
    """Return what the output of rules tells of a user who signed in by *methods*."""
    contexts = (c.value for c in outcome.claims if c.type == AUTHENTICATION_METHOD)
    return Told(
        tuple(_name_id(c) for c in outcome.claims if c.type == NAME_IDENTIFIER),
        tuple(_attributes(c for c in outcome.claims if _is_told(c, methods))),
        next(contexts, None),
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


def _name_id(claim: Claim) -> NameID:
    return NameID(
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
