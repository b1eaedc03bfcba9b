"""Which rules tell intranet and extranet apart: they depend on proxies that are configured.

Without a Web Application Proxy under ``[proxies]``, every request with a known address comes from
the intranet: such a rule then treats users outside as if they were inside.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapter.sentences import sentence
from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.policies import (
    EXTRANET,
    INTRANET,
    AccessControlPolicy,
    Condition,
    Parameters,
    parameter_of,
)
from idp.federation.claims import CLAIM_TYPES, claim_type
from idp.federation.relying_party.settings import TrustSettings

EXTRANET_WARNING = sentence(
    "its access depends on intranet and extranet, but no Web Application Proxy is configured "
    "([proxies] web_application_proxies): users outside count as inside"
)

_SIDES = {INTRANET, EXTRANET}
_CLAIM_NAMES = ("insidecorporatenetwork", "x-ms-proxy", "x-ms-forwarded-client-ip")
_CLAIMS = frozenset(CLAIM_TYPES[name] for name in _CLAIM_NAMES)


def policy_tells_sides_apart(policy: AccessControlPolicy, parameters: Parameters) -> bool:
    """Say whether a rule of *policy*, with these *parameters*, depends on the side."""
    return any(
        _SIDES.intersection(_networks(condition, parameters))
        or any(claim_type(claim.type) in _CLAIMS for claim in condition.claims)
        for condition in _conditions(policy)
    )


def rules_tell_sides_apart(text: str) -> bool:
    """Say whether rules in AD FS's claim rule language ask for a claim about the side."""
    lower = text.lower()
    return any(name in lower for name in _CLAIM_NAMES)


def trust_tells_sides_apart(settings: TrustSettings, rules: AccessRules) -> bool:
    """Say whether access to a trust depends on the side, by its policy or by its own rules."""
    policy = rules.policy(settings.access_control_policy)
    parameters = settings.access_control_parameters
    return (
        (policy is not None and policy_tells_sides_apart(policy, parameters))
        or rules_tell_sides_apart(settings.issuance_authorization_rules)
        or rules_tell_sides_apart(settings.additional_authentication_rules)
    )


def _conditions(policy: AccessControlPolicy) -> Iterator[Condition]:
    for rule in policy.rules:
        yield rule
        yield from rule.exceptions


def _networks(condition: Condition, parameters: Parameters) -> Iterator[str]:
    for value in condition.networks:
        name = parameter_of(value)
        if name is None:
            yield value
        else:
            yield from parameters.get(name, ())
