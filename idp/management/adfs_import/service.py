"""What AD FS exports about all trusts: rules, adapters, and the properties of farm and service."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from idp.federation.claim_rules.adfs.parser import read
from idp.federation.claim_rules.errors import BadRule
from idp.management.adfs_import.powershell import (
    Object,
    Unreadable,
    flag_of,
    text_of,
    texts_of,
)
from idp.management.adfs_import.report import Report

SETTINGS = {
    # property                              setting of tallystick.toml
    "SamlMessageDeliveryWindow":            "[farm] saml_message_delivery_window",
    "SignedSamlRequestsRequired":           "[farm] signed_saml_requests_required",
    "MonitoringInterval":                   "[trusts] monitoring_interval_minutes",
    "EnableIdpInitiatedSignonPage":         "[sign_in] idp_initiated",
    "EnableRelayStateForIdpInitiatedSignOn": "[sign_in] idp_initiated_relay_state",
    "KmsiEnabled":                          "[sign_in] keep_me_signed_in",
    "KmsiLifetimeMins":                     "[sign_in] keep_me_signed_in_minutes",
    "SsoLifetime":                          "[sign_in] session_minutes",
    "EnableLoopDetection":                  "[sign_in] loop_detection",
    "LoopDetectionMaximumTokensIssuedInterval": "[sign_in] loop_tokens",
    "LoopDetectionTimeIntervalInSeconds":   "[sign_in] loop_seconds",
    "ExtranetLockoutThreshold":             "[lockout] threshold",
    "ExtranetLockoutThresholdFamiliarLocation": "[lockout] threshold_familiar",
    "ExtranetLockoutMode":                  "[lockout] mode",
    "ExtranetObservationWindow":            "[lockout] window_minutes",
    "AutoCertificateRollover":              "[keys] automatic_rollover",
    "HostName":                             "[server] base_url",
}  # fmt: skip
"""Settings of a server's file, which no configuration document has."""


def read_rule(found: Object | str, report: Report) -> Object:
    """Return the section of the rules for all trusts; rules not understood ask everybody."""
    property_ = "AdditionalAuthenticationRules"
    try:
        text = text_of(found if isinstance(found, str) else found.get(property_))
        read(text)
    except (Unreadable, BadRule) as error:
        told = str(getattr(error, "problem", error)).rstrip(".")
        report.close(property_, f"{told}: every user needs the second factor at all trusts")
        return {"rule": "always"}
    if not text:
        report.leave(property_, "there are no rules")
        return {}
    report.take(property_, "second_factor.additional_authentication_rules")
    return {"additional_authentication_rules": text}


def read_global_policy(found: Object, known: Collection[str], report: Report) -> Object:
    """Return the section of the adapters: those enabled in AD FS that are known here."""
    property_ = "AdditionalAuthenticationProvider"
    try:
        names = texts_of(found.get(property_))
    except Unreadable as error:
        report.leave(property_, str(error))
        names = []
    enabled = [name for name in names if name in known]
    for name in names:
        if name in enabled:
            report.take(property_, f"adapters.enabled {name}")
        else:
            report.leave(property_, f"no adapter {name[:60]!r} is here: {_REGISTER}")
    for key, value in found.items():
        if key != property_ and value not in (None, "", [], {}, False):
            report.leave(str(key)[:100], "users give their password on a form first here")
    return {"enabled": enabled} if enabled else {}


_REGISTER = "tallystick adapters register NAME MODULE:CLASS"


def read_provider(found: Object, known: Collection[str], report: Report) -> None:
    """Report whether an authentication provider is known here; nothing of it can be taken."""
    name = _shown(found.get("Name"))
    if name in known:
        report.leave("Name", "it is here already; what enables it is the global policy")
    else:
        report.leave("Name", f"its code runs in AD FS; write an adapter, then {_REGISTER}")


def read_farm(found: Object, nodes: Collection[str], report: Report) -> None:
    """Report the nodes of the farm, without builds: AD FS exports only a behavior level."""
    level = _shown(found.get("CurrentFarmBehavior"))
    if level:
        report.leave("CurrentFarmBehavior", f"the level {level} is no build of a node")
    given = found.get("FarmNodes")
    for node in given if isinstance(given, list) else [given]:
        name = _shown(node.get("FQDN")) if isinstance(node, dict) else _shown(node)
        if not name:
            continue
        short = name.partition(".")[0]
        if {name.lower(), short.lower()} & {each.lower() for each in nodes}:
            report.leave("FarmNodes", f"{name} is a node here already")
        else:
            command = f"tallystick server set {short} BUILD"
            report.leave("FarmNodes", f"{name}: AD FS does not tell its build; {command}")


def read_properties(found: Object, report: Report) -> bool:
    """Report what to set in ``tallystick.toml``; return whether all requests must be signed."""
    for property_, value in found.items():
        if value in (None, "", [], {}):
            continue
        setting = SETTINGS.get(property_)
        if setting:
            told = f"{setting} (AD FS has {_shown(value)})"
            report.leave(property_, f"set it in tallystick.toml: {told}")
        else:
            report.leave(str(property_)[:100], "a property of AD FS's service")
    try:
        return flag_of(found.get("SignedSamlRequestsRequired", False))
    except Unreadable:
        return True


def _shown(value: Any) -> str:
    try:
        return text_of(str(value) if isinstance(value, bool) else value)[:100]
    except Unreadable:
        return "a value that cannot be shown"
