"""Use cases of claim rules: show, set and simulate them (``tallystick sp claims``)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from idp.directory.attributes import is_well_known
from idp.federation.claim_rules.directory_store import is_known
from idp.federation.claim_rules.engine import RuleResult
from idp.federation.claim_rules.model import ClaimRules, Query
from idp.federation.claims import Claim, short_name
from idp.federation.issuance.issue import IssuedClaims, issue_claims, withheld
from idp.management import trusts
from idp.management.simulation import simulate_request_context, simulate_sign_in
from idp.management.user_by_name import find_user
from idp.saml.contexts import OfferedMethods, answered_context, resolve_requested_context
from idp.saml.values import NameIDPolicy

if TYPE_CHECKING:
    from idp.federation.authenticated_user import AuthenticatedUser
    from idp.federation.issuance.name_ids import PersistentNames
    from idp.federation.relying_party.registry import SettingsChange
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.services import Services

MADE_LATER = "(made at the sign-in)"


@dataclass(frozen=True, slots=True)
class ClaimsSimulation:
    """What a trust would receive about a user, and the authentication context class it names."""

    trust: RelyingPartyTrust
    authenticated: AuthenticatedUser
    issued: IssuedClaims
    context: str

    @property
    def input(self) -> tuple[Claim, ...]:
        """The claims that the rules start from."""
        return self.authenticated.claims

    @property
    def steps(self) -> tuple[RuleResult, ...] | None:
        """What each rule made; None for a trust without rules."""
        return None if self.issued.outcome is None else self.issued.outcome.trace

    @property
    def withheld(self) -> tuple[Claim, ...]:
        """What rules issue about the sign-in but was not proved."""
        outcome = self.issued.outcome
        return withheld(outcome, self.authenticated.methods) if outcome else ()

    def as_json(self) -> dict[str, Any]:
        """Return the result for scripts."""
        name_id, steps = self.issued.name_id, self.steps
        return {
            "trust": self.trust.entity_id,
            "user": self.authenticated.user.upn,
            "input": [_claim_json(claim) for claim in self.input],
            "rules": None if steps is None else [_step_json(step) for step in steps],
            "withheld": [_claim_json(claim) for claim in self.withheld],
            "name_id": None if name_id is None else asdict(name_id),
            "attributes": [asdict(attribute) for attribute in self.issued.attributes],
            "authn_context": self.context,
        }


def rules_of(services: Services, entity_id: str) -> ClaimRules | None:
    """Return the rules of a trust, None if it has none; raises ``UnknownTrust``."""
    return services.trusts.existing(entity_id).settings.claim_rules


def set_rules(services: Services, entity_id: str, rules: ClaimRules | None) -> RelyingPartyTrust:
    """Set the rules of a trust; None restores the default claims. Raises ``UnknownTrust``."""
    return trusts.change(services, entity_id, {"claim_rules": rules})


def unused_attributes(services: Services, rules: ClaimRules) -> tuple[str, ...]:
    """Return the attributes that rules query, that no user has, and that are not LDAP's usual ones.

    Such a rule issues nothing until a user gets the attribute; the name may also be mistyped.
    """
    asked = (
        name
        for rule in rules
        if isinstance(rule.action, Query)
        for _, names in rule.action.sources
        for name in names
    )
    unusual = (name for name in asked if not is_known(name) and not is_well_known(name))
    return tuple(
        name for name in dict.fromkeys(unusual) if not services.directory.has_attribute(name)
    )


def simulate_rules(
    services: Services,
    entity_id: str,
    *,
    user: str,
    second_factor: bool = False,
    address: str = "",
    extranet: bool = False,
    change: SettingsChange | None = None,
) -> ClaimsSimulation:
    """Return what a trust would receive about *user*, who signed in just now, rule by rule.

    *change* is applied to its settings first. Nothing is stored. Raises ``UnknownTrust``,
    ``UnknownUser``, and what the change and the rules raise.
    """
    trust, person = services.trusts.existing(entity_id), find_user(services, user)
    if change is not None:
        trust = replace(trust, settings=change(trust.settings))
    request_context = simulate_request_context(address, extranet=extranet)
    authenticated = simulate_sign_in(
        person, request_context, services.clock.now(), second_factor=second_factor
    )
    issued = issue_claims(
        authenticated,
        trust,
        NameIDPolicy(),
        issuer=services.config.server.entity_id,
        names=_Preview(services.persistent_names),
    )
    offered = OfferedMethods(primary=authenticated.methods[:1])
    context = answered_context(
        (),
        "exact",
        resolve_requested_context((), offered=offered),
        style=trust.settings.authentication_context,
        methods=authenticated.methods,
        by_rule=issued.context,
    )
    return ClaimsSimulation(trust, authenticated, issued, context)


class _Preview:
    """Persistent NameIDs as stored; one that does not exist yet is not made."""

    def __init__(self, names: PersistentNames) -> None:
        self._names = names

    def persistent(self, trust: str, user: str, *, create: bool) -> str | None:
        """Return the name, or a placeholder for one that would be made."""
        name = self._names.persistent(trust, user, create=False)
        return name or (MADE_LATER if create else None)


def _claim_json(claim: Claim) -> dict[str, Any]:
    return {**asdict(claim), "properties": dict(claim.properties), "name": short_name(claim.type)}


def _step_json(step: RuleResult) -> dict[str, Any]:
    return {
        "number": step.number,
        "name": step.rule.name,
        "output": step.rule.output,
        "claims": [_claim_json(claim) for claim in step.claims],
    }
