"""What AD FS's cmdlets export through ConvertTo-Json, with made-up trusts of ``example.test``."""

from __future__ import annotations

import base64
import json
from typing import Any

ENTITY_ID = "https://shop.example.test/saml"
NAMESPACES = (
    'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns="http://schemas.datacontract.org/2012/04/ADFS"'
)
RULES = """@RuleTemplate = "LdapClaims"
@RuleName = "Mail"
c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/windowsaccountname", \
Issuer == "AD AUTHORITY"]
 => issue(store = "Active Directory", types = \
("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"), \
query = ";mail;{0}", param = c.Value);
"""
UNKNOWN_RULES = (
    '\nc:[] => issue(store = "SQL", types = ("x"), query = "select 1", param = c.Value);'
)
PERMIT = (
    '=> issue(Type = "http://schemas.microsoft.com/authorization/claims/permit", Value = "true");'
)
MFA_OUTSIDE = (
    'c:[Type == "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork", '
    'Value == "false"] => issue(Type = "http://schemas.microsoft.com/ws/2008/06/identity/claims/'
    'authenticationmethod", Value = "http://schemas.microsoft.com/claims/multipleauthn");'
)


def endpoint(protocol: str, binding: str, location: str, **values: Any) -> dict[str, Any]:
    return {
        "Binding": binding,
        "BindingUri": f"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{binding}",
        "Index": 0,
        "IsDefault": False,
        "Location": location,
        "Protocol": protocol,
        "ResponseLocation": None,
        **values,
    }


def trust(**changes: Any) -> dict[str, Any]:
    """One object of Get-AdfsRelyingPartyTrust."""
    return {
        "AllowedAuthenticationClassReferences": [],
        "EncryptionCertificateRevocationCheck": "CheckChainExcludeRoot",
        "PublishedThroughProxy": False,
        "SigningCertificateRevocationCheck": 3,
        "WSFedEndpoint": None,
        "AdditionalWSFedEndpoint": [],
        "ClaimsProviderName": [],
        "ClaimsAccepted": [],
        "EncryptClaims": True,
        "Enabled": True,
        "EncryptionCertificate": None,
        "Identifier": [ENTITY_ID, "urn:shop"],
        "NotBeforeSkew": 2,
        "EnableJWT": False,
        "AlwaysRequireAuthentication": False,
        "Notes": "asked for by the shop",
        "OrganizationInfo": "",
        "ObjectIdentifier": "3f6c2f2e-0000-4000-8000-000000000001",
        "ProxyEndpointMappings": {},
        "ProxyTrustedEndpoints": [],
        "ProtocolProfile": "WsFed-SAML",
        "RequestSigningCertificate": [],
        "EncryptedNameIdRequired": False,
        "SignedSamlRequestsRequired": False,
        "SamlEndpoints": [
            endpoint("SAMLAssertionConsumer", "POST", "https://shop.example.test/acs2", Index=1),
            endpoint(
                "SAMLAssertionConsumer", "POST", "https://shop.example.test/acs", IsDefault=True
            ),
            endpoint("SAMLLogout", "Redirect", "https://shop.example.test/slo"),
            endpoint("SAMLAssertionConsumer", "Artifact", "https://shop.example.test/artifact"),
        ],
        "SamlResponseSignature": "MessageAndAssertion",
        "SignatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "TokenLifetime": 30,
        "AllowedClientTypes": 3,
        "IssueOAuthRefreshTokensTo": 2,
        "RefreshTokenProtectionEnabled": True,
        "RequestMFAFromClaimsProviders": False,
        "ScopeGroupId": None,
        "Name": "Shop",
        "AutoUpdateEnabled": False,
        "MonitoringEnabled": False,
        "MetadataUrl": None,
        "ConflictWithPublishedPolicy": False,
        "IssuanceAuthorizationRules": None,
        "IssuanceTransformRules": RULES,
        "DelegationAuthorizationRules": "",
        "LastPublishedPolicyCheckSuccessful": None,
        "LastUpdateTime": "\\/Date(1700000000000)\\/".replace("\\", ""),
        "LastMonitoredTime": "1900-01-01T00:00:00Z",
        "ImpersonationAuthorizationRules": None,
        "AdditionalAuthenticationRules": None,
        "AccessControlPolicyName": "Permit everyone",
        "AccessControlPolicyParameters": None,
        "ResultantPolicy": {},
        **changes,
    }


def certificate_objects(pem: bytes) -> dict[str, Any]:
    """A certificate in each of the ways in which it is exported."""
    der = base64.b64decode("".join(pem.decode().split("-----")[2].split()))
    return {
        "object with bytes": {"Subject": "CN=sp", "RawData": list(der)},
        "wrapped bytes": {"RawData": {"value": list(der), "Count": len(der)}},
        "bytes in a text": {"RawData": " ".join(map(str, der))},
        "object with base64": {"RawData": base64.b64encode(der).decode()},
        "base64": base64.b64encode(der).decode(),
        "pem": pem.decode(),
    }


def policy(name: str, rules: str, **changes: Any) -> dict[str, Any]:
    """One object of Get-AdfsAccessControlPolicy."""
    return {
        "Name": name,
        "Identifier": name.replace(" ", ""),
        "IsBuiltIn": False,
        "Description": f"what {name} means",
        "PolicyMetadata": f"<PolicyMetadata {NAMESPACES}>"
        "<RequireFreshAuthentication>false</RequireFreshAuthentication>"
        f"<IssuanceAuthorizationRules>{rules}</IssuanceAuthorizationRules></PolicyMetadata>",
        "AssignedTo": [],
        **changes,
    }


def condition(kind: str, operator: str, *values: str, claim: str = "") -> str:
    listed = "".join(f"<Value>{value}</Value>" for value in values)
    type_ = f"<ClaimType>{claim}</ClaimType>" if claim else ""
    return (
        f'<Condition i:type="{kind}">{type_}<Operator>{operator}</Operator>'
        f"<Values>{listed}</Values></Condition>"
    )


def rule(*conditions: str) -> str:
    return f"<Rule><Conditions>{''.join(conditions)}</Conditions></Rule>"


ALWAYS = condition("AlwaysCondition", "IsPresent")
WITH_MFA = condition("MultiFactorAuthenticationCondition", "IsPresent")

GLOBAL_POLICY = {
    "AdditionalAuthenticationProvider": ["AzureMfaServerAuthentication", "ContosoBadge"],
    "DeviceAuthenticationEnabled": False,
    "AllowAdditionalAuthenticationAsPrimary": None,
    "PrimaryIntranetAuthenticationProvider": ["WindowsAuthentication", "FormsAuthentication"],
    "PrimaryExtranetAuthenticationProvider": ["FormsAuthentication"],
    "WindowsIntegratedFallbackEnabled": True,
}
PROVIDERS = [
    {"AdminName": "Azure MFA", "Name": "AzureMfaAuthentication", "IsCustom": False},
    {"AdminName": "Badges", "Name": "ContosoBadge", "IsCustom": True},
]
FARM = {
    "CurrentFarmBehavior": 4,
    "FarmNodes": [
        {"FQDN": "sts1.example.test", "BehaviorLevel": 4, "NodeType": "PrimaryComputer"},
        {"FQDN": "sts9.example.test", "BehaviorLevel": 4, "NodeType": "SecondaryComputer"},
    ],
    "FarmRoles": [],
}
PROPERTIES = {
    "HostName": "sts.example.test",
    "SamlMessageDeliveryWindow": 5,
    "SignedSamlRequestsRequired": True,
    "SsoLifetime": 480,
    "LogLevel": ["Errors", "Information"],
    "AcceptableIdentifiers": [],
}


def windows_powershell(value: Any) -> bytes:
    """As Windows PowerShell 5 redirects it into a file: UTF-16, arrays in an object."""
    if isinstance(value, list):
        value = {"value": value, "Count": len(value)}
    return json.dumps(value, indent=4).replace("\n", "\r\n").encode("utf-16")


def powershell_7(value: Any) -> bytes:
    """As PowerShell 7 does: UTF-8, here with a byte order mark as Out-File -Encoding utf8BOM."""
    return b"\xef\xbb\xbf" + json.dumps(value, indent=2, ensure_ascii=False).encode()
