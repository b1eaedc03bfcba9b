"""Who may sign in to a trust of AD FS; nobody, where that is not understood.

A trust has an access control policy, or issuance authorization rules, or neither: then AD FS lets
nobody in, and so does this. Rules that ask for the second factor and are not understood ask for it
always.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from idp.federation.access_control.policies import AccessControlPolicy, BadAccessControlPolicy
from idp.federation.claim_rules.adfs.parser import read
from idp.federation.claim_rules.errors import BadRule
from idp.management.adfs_import.powershell import Object, Unreadable, text_of, texts_of
from idp.management.adfs_import.report import Report

LOCAL = "Active Directory"
"""The claims provider that stands for the directory of this server."""

NOBODY: Object = {"access_control_policy": "", "issuance_authorization_rules": ""}
_SID = re.compile(r"S-1-[0-9-]+")
Policies = Mapping[str, AccessControlPolicy]


def access_settings(found: Object, policies: Policies, report: Report) -> Object:
    """Return the settings that say who may sign in to a trust, and who needs the second factor."""
    return {**_permitted(found, policies, report), **_second_factor(found, report)}


def _permitted(found: Object, policies: Policies, report: Report) -> Object:
    property_ = "AccessControlPolicyName"
    try:
        if not _has_local_users(found):
            property_ = "ClaimsProviderName"
            raise Unreadable("its users are those of other claims providers")
        name = text_of(found.get(property_))
        if name:
            return _by_policy(name, found.get("AccessControlPolicyParameters"), policies, report)
        property_ = "IssuanceAuthorizationRules"
        rules = text_of(found.get(property_))
        if not rules:
            report.close(property_, "no policy and no rules: as in AD FS, nobody may sign in")
            return NOBODY
        read(rules)
    except (Unreadable, BadRule, BadAccessControlPolicy) as error:
        report.close(property_, f"{_told(error)}: nobody may sign in until you give it a policy")
        return NOBODY
    report.take(property_, "issuance_authorization_rules")
    return {"issuance_authorization_rules": rules}


def _by_policy(name: str, given: object, policies: Policies, report: Report) -> Object:
    policy = policies.get(name)
    if policy is None:
        raise Unreadable(f"there is no policy {name[:100]!r} here that could be imported")
    values = _parameters(given, policy.parameters)
    policy.check({key: tuple(each) for key, each in values.items()})
    report.take("AccessControlPolicyName", f"access_control_policy {name!r}")
    if values:
        told = "; ".join(f"{key}: {', '.join(each)}" for key, each in values.items())
        report.take("AccessControlPolicyParameters", f"access_control_parameters {told}")
    return {"access_control_policy": name, "access_control_parameters": values}


def _parameters(given: object, wanted: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the values of each parameter; groups without the name of their domain."""
    by_name: Mapping[str, Any]
    if isinstance(given, dict) and set(given) & set(wanted):
        by_name = given
    elif len(wanted) == 1:
        by_name = {next(iter(wanted)): given}
    else:
        by_name = {}
        if given and texts_of(given):
            raise Unreadable("its policy has no parameters here, but AD FS gives it some")
    if not set(by_name) <= set(wanted):
        raise Unreadable("AD FS gives its policy a parameter that it does not have here")
    return {
        name: [_group(text) if wanted[name] == "groups" else text for text in texts_of(values)]
        for name, values in by_name.items()
    }


def _group(text: str) -> str:
    name = text.rpartition("\\")[2]
    if _SID.fullmatch(name):
        raise Unreadable(f"the group {name} is given by its SID, which names no group here")
    return name


def _has_local_users(found: Object) -> bool:
    providers = texts_of(found.get("ClaimsProviderName"))
    return not providers or LOCAL in providers


def _second_factor(found: Object, report: Report) -> Object:
    property_ = "AdditionalAuthenticationRules"
    try:
        rules = text_of(found.get(property_))
        if not rules:
            return {}
        read(rules)
    except (Unreadable, BadRule) as error:
        report.close(property_, f"{_told(error)}: every user needs the second factor")
        return {"second_factor": "always"}
    report.take(property_, "additional_authentication_rules")
    return {"additional_authentication_rules": rules}


def _told(error: Exception) -> str:
    return str(getattr(error, "problem", error)).rstrip(".")
