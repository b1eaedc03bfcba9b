"""The flight recorder's step about claims: what is known of the user, and which rule made what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from idp.federation.authenticated_user import AuthenticatedUser
from idp.federation.claim_rules.adfs.printer import write
from idp.federation.claim_rules.engine import RuleResult
from idp.federation.claim_rules.errors import BadRule
from idp.federation.claim_rules.model import ClaimRule
from idp.federation.claims import Claim
from idp.federation.issuance.issue import IssuedClaims, withheld
from idp.recorder.timeline import Fields
from idp.saml.values import Attribute, NameID
from idp.web.web_request import Activity

MAX_CLAIMS = 500
"""Claims that are recorded of each list."""
DEFAULT_RULE = "the default claims, since the trust has no claim rules"


def issued(activity: Activity, authenticated: AuthenticatedUser, made: IssuedClaims) -> None:
    """Record the claims of a user that went into the rules, and what came out of each rule."""
    recording = activity.recording
    if recording is not None:
        recording.add("claims", lambda: _fields(authenticated, made))


def _fields(authenticated: AuthenticatedUser, made: IssuedClaims) -> Fields:
    outcome = made.outcome
    left_out = () if outcome is None else withheld(outcome, authenticated.methods)
    return {
        "in": _claims(authenticated.claims),
        "rules": [] if outcome is None else list(map(_rule, outcome.trace)),
        "made_by": DEFAULT_RULE if outcome is None else "the claim rules of the trust",
        "name_id": _name_id(made.name_id),
        "out": list(_attributes(made.attributes)),
        "withheld": _claims(left_out),
    }


def _rule(result: RuleResult) -> Fields:
    rule = result.rule
    return {
        "number": result.number,
        "name": rule.name,
        "text": _text(rule),
        "issues": rule.output,
        "claims": _claims(result.claims),
    }


def _text(rule: ClaimRule) -> str:
    try:
        return write((rule,)).strip()
    except BadRule:  # AD FS's language cannot express every rule of ours
        return ""


def _claims(claims: Iterable[Claim]) -> Sequence[Fields]:
    shown = [{"type": claim.type, "value": claim.value} for claim in claims]
    return shown[:MAX_CLAIMS]


def _attributes(attributes: Iterable[Attribute]) -> Iterator[Fields]:
    for attribute in attributes:
        yield {"name": attribute.name, "values": list(attribute.values[:MAX_CLAIMS])}


def _name_id(name_id: NameID | None) -> Fields | None:
    return None if name_id is None else {"value": name_id.value, "format": name_id.format}
