"""Tells which cmdlet of AD FS wrote an object, by the properties that only its objects have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TRUST = "Get-AdfsRelyingPartyTrust"
POLICY = "Get-AdfsAccessControlPolicy"
RULE = "Get-AdfsAdditionalAuthenticationRule"
PROVIDER = "Get-AdfsAuthenticationProvider"
GLOBAL = "Get-AdfsGlobalAuthenticationPolicy"
FARM = "Get-AdfsFarmInformation"
PROPERTIES = "Get-AdfsProperties"

_MARKS = (
    # cmdlet      one of these properties
    (POLICY,      ("PolicyMetadata",)),
    (GLOBAL,      ("AdditionalAuthenticationProvider", "PrimaryIntranetAuthenticationProvider")),
    (FARM,        ("FarmNodes", "CurrentFarmBehavior")),
    (PROPERTIES,  ("SamlMessageDeliveryWindow", "FederationPassiveAddress", "SsoLifetime")),
    (PROVIDER,    ("AdminName", "AllowedForAdditionalAuthentication")),
    (TRUST,       ("SamlEndpoints", "IssuanceTransformRules", "WSFedEndpoint",
                   "AccessControlPolicyName", "IssuanceAuthorizationRules")),
    (RULE,        ("AdditionalAuthenticationRules",)),
)  # fmt: skip
KINDS = tuple(cmdlet for cmdlet, _ in _MARKS)


def kind_of(found: Mapping[str, Any] | str) -> str | None:
    """Return the cmdlet that wrote an object, None for one of no kind that is known.

    A text is what ``Get-AdfsAdditionalAuthenticationRule`` returns: claim rules.
    """
    if isinstance(found, str):
        return RULE
    for cmdlet, marks in _MARKS:
        if any(mark in found for mark in marks):
            return cmdlet
    return None
