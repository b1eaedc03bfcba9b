"""``Get-AdfsRelyingPartyTrust``: a trust with its endpoints, certificates, settings and rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from idp.federation.claim_rules.adfs.parser import read
from idp.federation.claim_rules.errors import BadRule
from idp.federation.claim_rules.toml import writer
from idp.federation.relying_party.setting_changes import change_values
from idp.federation.relying_party.setting_types import BadTrustSetting
from idp.federation.relying_party.settings import TrustSettings
from idp.management.adfs_import.powershell import (
    Object,
    Unreadable,
    certificates_of,
    flag_of,
    number_of,
    text_of,
    texts_of,
)
from idp.management.adfs_import.report import Report
from idp.management.adfs_import.trust_access import Policies, access_settings
from idp.saml.metadata import write_sp_metadata
from idp.saml.values import POST

_SETTINGS: dict[str, tuple[str, Callable[[object], Any], Any]] = {
    # property                              setting, how it is read, its value if it cannot be read
    "Enabled":                              ("enabled", flag_of, False),
    "EncryptClaims":                        ("encrypt_claims", flag_of, True),
    "EncryptedNameIdRequired":              ("encrypted_name_id_required", flag_of, True),
    "SignedSamlRequestsRequired":           ("signed_saml_requests_required", flag_of, True),
    "AlwaysRequireAuthentication":          ("always_require_authentication", flag_of, True),
    "AutoUpdateEnabled":                    ("auto_update_enabled", flag_of, False),
    "MonitoringEnabled":                    ("monitoring_enabled", flag_of, None),
    "SamlResponseSignature":                ("saml_response_signature", text_of, None),
    "SignatureAlgorithm":                   ("signature_algorithm", text_of, None),
    "TokenLifetime":                        ("token_lifetime", number_of, None),
    "NotBeforeSkew":                        ("not_before_skew", number_of, None),
    "AllowedAuthenticationClassReferences": (
        "allowed_authentication_class_references", texts_of, None),
    "Notes":                                ("notes", text_of, None),
}  # fmt: skip

_NO_WS_FEDERATION = "there is no WS-Federation here"
_NO_OAUTH = "there is no OAuth here"
_NO_REVOCATION = "the revocation of certificates is not checked here"
_NO_DELEGATION = "there is no delegation here"
_STATE = "AD FS's own record, which sets nothing"
LEFT_OUT = {
    # property                              why
    "WSFedEndpoint":                        _NO_WS_FEDERATION,
    "AdditionalWSFedEndpoint":              _NO_WS_FEDERATION,
    "ProtocolProfile":                      "a trust is of SAML here",
    "EnableJWT":                            _NO_OAUTH,
    "AllowedClientTypes":                   _NO_OAUTH,
    "IssueOAuthRefreshTokensTo":            _NO_OAUTH,
    "RefreshTokenProtectionEnabled":        _NO_OAUTH,
    "ScopeGroupId":                         _NO_OAUTH,
    "ScopeGroupIdentifier":                 _NO_OAUTH,
    "EncryptionCertificateRevocationCheck": _NO_REVOCATION,
    "SigningCertificateRevocationCheck":    _NO_REVOCATION,
    "DelegationAuthorizationRules":         _NO_DELEGATION,
    "ImpersonationAuthorizationRules":      _NO_DELEGATION,
    "RequestMFAFromClaimsProviders":        "there are no other claims providers here",
    "ClaimsProviderName":                   "the users are those of this server's directory",
    "ClaimsAccepted":                       "the rules decide what is sent",
    "MetadataUrl":                          "the endpoints are taken as AD FS has them; to have "
                                            "them refreshed: tallystick sp add URL",
    "OrganizationInfo":                     "organizations of trusts are not stored",
    "PublishedThroughProxy":                "proxies have no list of trusts here",
    "ProxyEndpointMappings":                "proxies have no list of trusts here",
    "ProxyTrustedEndpoints":                "proxies have no list of trusts here",
    "ResultantPolicy":                      "it follows from policy and rules",
    "ObjectIdentifier":                     _STATE,
    "LastUpdateTime":                       _STATE,
    "LastMonitoredTime":                    _STATE,
    "LastPublishedPolicyCheckSuccessful":   _STATE,
    "ConflictWithPublishedPolicy":          _STATE,
}  # fmt: skip
_ELSEWHERE = {
    "Name", "Identifier", "SamlEndpoints", "RequestSigningCertificate", "EncryptionCertificate",
    "AccessControlPolicyName", "AccessControlPolicyParameters", "IssuanceAuthorizationRules",
    "AdditionalAuthenticationRules", "IssuanceTransformRules", *_SETTINGS,
}  # fmt: skip


class NoTrust(Exception):
    """Raised for a trust that cannot be made here at all; the text says why."""


def read_adfs_trust(found: Object, policies: Policies, report: Report) -> Object:
    """Return the table of a trust; raises :class:`NoTrust`."""
    try:
        identifiers = texts_of(found.get("Identifier"))
        name = text_of(found.get("Name"))
    except Unreadable as error:
        raise NoTrust(f"its identifier or name cannot be read: {error}") from None
    if not identifiers:
        raise NoTrust("it has no identifier")
    entity_id, *others = identifiers
    report.take("Identifier", f"entity ID {entity_id!r}")
    settings = dict(_settings(found, report))
    if others:
        settings["identifiers"] = others
        report.take("Identifier", f"identifiers {', '.join(others)}")
    settings |= access_settings(found, policies, report)
    settings["claim_rules"] = _claim_rules(found, report)
    settings |= _encryption(found, report)
    metadata = _metadata(found, entity_id, name, report)
    _tell_the_rest(found, report)
    return {"entity_id": entity_id, "metadata": metadata, "settings": settings}


def _settings(found: Object, report: Report) -> Iterator[tuple[str, Any]]:
    """Yield the settings that are one value each."""
    for property_, (setting, read_value, closed) in _SETTINGS.items():
        value = found.get(property_)
        if value is None or value == "":
            continue
        try:
            given = read_value(value)
            change_values(TrustSettings(), {setting: given})
        except (Unreadable, BadTrustSetting) as error:
            told = getattr(error, "faults", {}).get(setting, error)
            if closed is None:
                report.leave(property_, f"{told}; {setting} stays as it is")
            else:
                report.close(property_, f"{told}: {setting} is {str(closed).lower()}")
                yield setting, closed
            continue
        if given not in ([], ""):
            shown = str(given).lower() if isinstance(given, bool) else given
            report.take(property_, f"{setting} {str(shown)[:80]}")
            yield setting, given


def _claim_rules(found: Object, report: Report) -> list[Any]:
    """Return the rules as tables; none are issued if one of them is not understood."""
    property_ = "IssuanceTransformRules"
    try:
        text = text_of(found.get(property_))
        rules = read(text)
    except (Unreadable, BadRule) as error:
        told = str(getattr(error, "problem", error)).rstrip(".")
        report.close(property_, f"{told}: the trust receives no claims until you set its rules")
        return []
    if not rules:
        report.take(property_, "no rules: as in AD FS, the trust receives no claims")
    else:
        report.take(property_, f"claim_rules ({len(rules)})")
    return writer.write(rules)


def _encryption(found: Object, report: Report) -> Object:
    """Return the setting of the certificate; a trust whose certificate is lost is disabled."""
    property_ = "EncryptionCertificate"
    try:
        certificates = certificates_of(found.get(property_))
        if not certificates:
            return {"encryption_certificate": ""}
        change = {"encryption_certificate": certificates[0]}
        change_values(TrustSettings(), change)
    except (Unreadable, BadTrustSetting) as error:
        told = getattr(error, "faults", {}).get("encryption_certificate", error)
        report.close(property_, f"{told}: the trust is disabled, since nothing could be encrypted")
        return {"enabled": False}
    report.take(property_, "encryption_certificate")
    return change


def _metadata(found: Object, entity_id: str, name: str, report: Report) -> str:
    """Return metadata with the addresses, the name and the certificate of the trust."""
    acs, slo = _endpoints(found, report)
    if not acs:
        raise NoTrust(
            "it has no SAML assertion consumer service by HTTP-POST; WS-Federation and OAuth are "
            "not here"
        )
    certificate = _signing_certificate(found, report)
    if name:
        report.take("Name", f"display name {name[:100]!r}")
    return write_sp_metadata(
        entity_id=entity_id,
        acs_urls=acs,
        slo_url=slo,
        certificate=certificate,
        display_name=name,
    ).decode()


def _signing_certificate(found: Object, report: Report) -> str | None:
    property_ = "RequestSigningCertificate"
    try:
        certificates = certificates_of(found.get(property_))
    except Unreadable as error:
        report.close(property_, f"{error}: signed requests are refused until you add it")
        return None
    if certificates:
        report.take(property_, "the certificate of its requests")
    if len(certificates) > 1:
        report.leave(property_, f"{len(certificates) - 1} more: add the trust's metadata for them")
    return certificates[0] if certificates else None


def _endpoints(found: Object, report: Report) -> tuple[list[str], str | None]:
    """Return the assertion consumer services, the default first, and the log-out address."""
    given = found.get("SamlEndpoints")
    if isinstance(given, dict):
        given = given.get("value", [given])
    consumers: list[tuple[bool, int, str]] = []
    slo = None
    for endpoint in given if isinstance(given, list) else []:
        try:
            kind, location = _endpoint(endpoint)
        except Unreadable as error:
            report.leave("SamlEndpoints", str(error))
            continue
        if kind == "acs":
            consumers.append((not _is_default(endpoint), _index(endpoint), location))
        elif slo is None:
            slo = location
            report.take("SamlEndpoints", f"log-out address {location}")
    acs = list(dict.fromkeys(location for _, _, location in sorted(consumers)))
    for number, (_, index, location) in enumerate(sorted(consumers)):
        of_index = f" (index {index} is {number} here)" if index != number else ""
        report.take("SamlEndpoints", f"assertion consumer service {location}{of_index}")
    return acs, slo


def _endpoint(endpoint: object) -> tuple[str, str]:
    """Return what an endpoint is for, ``acs`` or ``slo``, and its address."""
    if not isinstance(endpoint, dict):
        raise Unreadable("an endpoint is no object; export with -Depth 8")
    protocol = text_of(endpoint.get("Protocol"))
    binding = text_of(endpoint.get("BindingUri")) or text_of(endpoint.get("Binding"))
    location = text_of(endpoint.get("Location"))
    if text_of(endpoint.get("ResponseLocation")):
        raise Unreadable(f"{location[:200]}: an address of its own for responses is not supported")
    is_post = binding.lower() in (POST.lower(), "post")
    match protocol.lower(), is_post, binding.rpartition(":")[2].lower():
        case "samlassertionconsumer", True, _:
            return "acs", location
        case "samllogout", _, "http-post" | "post" | "http-redirect" | "redirect":
            return "slo", location
    raise Unreadable(f"{location[:200]}: {protocol[:40]} by {binding[-40:]} is not supported")


def _is_default(endpoint: Object) -> bool:
    try:
        return flag_of(endpoint.get("IsDefault", False))
    except Unreadable:
        return False


def _index(endpoint: Object) -> int:
    try:
        return number_of(endpoint.get("Index", 0))
    except Unreadable:
        return 0


def _tell_the_rest(found: Object, report: Report) -> None:
    """Say of every other property that has a value why it was left out."""
    for property_, value in found.items():
        if property_ in _ELSEWHERE or value in (None, "", [], {}, False):
            continue
        why = LEFT_OUT.get(property_, "nothing here corresponds to it")
        report.leave(str(property_)[:100], why)
