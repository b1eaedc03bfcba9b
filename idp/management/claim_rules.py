"""Claim rules in administrators' hands: the use cases behind ``tallystick sp claims``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from idp.federation.claim_rules.directory_store import is_known
from idp.federation.claim_rules.engine import Step
from idp.federation.claim_rules.model import Query, Rules
from idp.federation.claims import Claim, identity_claims, short_name, sign_in_claims
from idp.federation.issuance.issue import IssuedClaims, issue_claims, withheld
from idp.management.simulation import methods_of, request_context_of
from idp.management.users import find_user
from idp.saml.contexts import answered_context, resolve_requested_context
from idp.saml.values import NameIDPolicy

if TYPE_CHECKING:
    from idp.directory import User
    from idp.federation.issuance.name_ids import PersistentNames
    from idp.federation.relying_party.trust import RelyingPartyTrust
    from idp.services import Services

MADE_LATER = "(made at the sign-in)"


@dataclass(frozen=True, slots=True)
class ClaimsSimulation:
    """What a trust would be told of a user who signed in by ``methods``."""

    trust: RelyingPartyTrust
    user: User
    input: tuple[Claim, ...]
    told: IssuedClaims
    methods: tuple[str, ...]
    context: str

    @property
    def steps(self) -> tuple[Step, ...] | None:
        """What each rule made, None where the trust has no rules."""
        return None if self.told.outcome is None else self.told.outcome.trace

    @property
    def withheld(self) -> tuple[Claim, ...]:
        """What rules issue of the sign-in that was not proved."""
        return withheld(self.told.outcome, self.methods) if self.told.outcome else ()

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        name_id, steps = self.told.name_id, self.steps
        return {
            "trust": self.trust.entity_id,
            "user": self.user.upn,
            "input": [_claim_json(claim) for claim in self.input],
            "rules": None if steps is None else [_step_json(step) for step in steps],
            "withheld": [_claim_json(claim) for claim in self.withheld],
            "name_id": None if name_id is None else asdict(name_id),
            "attributes": [asdict(attribute) for attribute in self.told.attributes],
            "authn_context": self.context,
        }


def rules_of(services: Services, entity_id: str) -> Rules | None:
    """Return the rules of a trust, None where it has none; raises ``UnknownTrust``."""
    return services.trusts.existing(entity_id).settings.claim_rules


def set_rules(services: Services, entity_id: str, rules: Rules | None) -> RelyingPartyTrust:
    """Give a trust rules, or with None the usual claims again; raises ``UnknownTrust``."""
    return services.trusts.change(entity_id, {"claim_rules": rules})


def unknown_attributes(rules: Rules) -> tuple[str, ...]:
    """Return the attributes that rules ask the directory for, and that it has for nobody."""
    asked = (
        name
        for rule in rules
        if isinstance(rule.action, Query)
        for _, names in rule.action.sources
        for name in names
    )
    return tuple(dict.fromkeys(name for name in asked if not is_known(name)))


def simulate_rules(
    services: Services,
    entity_id: str,
    *,
    user: str,
    second_factor: bool = False,
    address: str = "",
    extranet: bool = False,
) -> ClaimsSimulation:
    """Return what a trust would be told of *user* who signed in just now, and by which rules.

    Nothing is stored. Raises ``UnknownTrust``, ``UnknownUser``, and what the rules raise.
    """
    trust, who = services.trusts.existing(entity_id), find_user(services, user)
    methods = methods_of(second_factor=second_factor)
    sign_in = (
        *sign_in_claims(methods, services.clock.now()),
        *request_context_of(address, extranet=extranet).claims(),
    )
    told = issue_claims(
        who,
        trust,
        NameIDPolicy(),
        issuer=services.config.server.entity_id,
        names=_Preview(services.persistent_names),
        methods=methods,
        sign_in=lambda: sign_in,
    )
    context = answered_context(
        (),
        "exact",
        resolve_requested_context(()),
        style=trust.settings.authentication_context,
        methods=methods,
        by_rule=told.context,
    )
    return ClaimsSimulation(trust, who, (*identity_claims(who), *sign_in), told, methods, context)


class _Preview:
    """Persistent names as they are; one that is not there yet is not made."""

    def __init__(self, names: PersistentNames) -> None:
        self._names = names

    def persistent(self, trust: str, user: str, *, create: bool) -> str | None:
        """Return the name, or a word for one that would be made."""
        known = self._names.persistent(trust, user, create=False)
        return known or (MADE_LATER if create else None)


def _claim_json(claim: Claim) -> dict[str, Any]:
    return {**asdict(claim), "properties": dict(claim.properties), "name": short_name(claim.type)}


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "number": step.number,
        "name": step.rule.name,
        "output": step.rule.output,
        "claims": [_claim_json(claim) for claim in step.claims],
    }
