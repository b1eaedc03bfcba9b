"""``Get-AdfsAccessControlPolicy``: policies whose definition is XML and understood as a whole.

The XML is that of ``New-AdfsAccessControlPolicy -PolicyMetadataFile``. A rule permits if all its
conditions hold. What is not understood permits nobody: the policy is left out, and trusts that have
it are closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network, summarize_address_range
from typing import TYPE_CHECKING, Any

from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.policies import BadAccessControlPolicy
from idp.federation.access_control.policy_file import read_policy
from idp.management.adfs_import.powershell import Object, Unreadable, flag_of, text_of
from idp.management.adfs_import.report import Report
from idp.saml import xml
from idp.saml.refusal import Refused

if TYPE_CHECKING:
    from lxml import etree

_NAMESPACE = "{http://schemas.datacontract.org/2012/04/ADFS}"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
HOW = "give PolicyMetadata as the XML that New-AdfsAccessControlPolicy -PolicyMetadataFile reads"


def read_adfs_policy(found: Object, report: Report) -> Object | None:
    """Return the table of a policy, None for one that is built in or not understood."""
    try:
        name = text_of(found.get("Name"))
        if name in BUILT_IN:
            report.take("Name", "the built-in policy of the same name")
            return None
        table = {
            "name": name,
            "description": text_of(found.get("Description")),
            "permit": list(_rules(_metadata(found.get("PolicyMetadata")))),
        }
        read_policy(name, table)
    except (Unreadable, BadAccessControlPolicy) as error:
        told = error.problem if isinstance(error, BadAccessControlPolicy) else error
        report.close("PolicyMetadata", f"{told}: trusts with this policy permit nobody")
        return None
    report.take("PolicyMetadata", f"access control policy {name!r}")
    for property_ in ("Identifier", "AssignedTo", "LastUpdateTime", "IsBuiltIn", "RpUsageCount"):
        if found.get(property_):
            report.leave(property_, "a policy is known by its name here")
    return table


def _metadata(value: object) -> etree._Element:
    text = text_of(value)
    if not text.startswith("<"):
        raise Unreadable(f"its definition is not XML; {HOW}")
    try:
        return xml.parse(text.encode())
    except Refused as error:
        raise Unreadable(f"its definition is not XML ({error.problem})") from None


def _rules(root: etree._Element) -> Iterator[Object]:
    _must_be(root, "PolicyMetadata")
    for part in root:
        if part.tag == f"{_NAMESPACE}RequireFreshAuthentication":
            if flag_of((part.text or "").strip()):
                raise Unreadable("it requires fresh authentication, which a policy here cannot")
            continue
        _must_be(part, "IssuanceAuthorizationRules")
        for rule in part:
            _must_be(rule, "Rule")
            yield _rule(rule)


def _rule(rule: etree._Element) -> Object:
    table: Object = {}
    conditions = [condition for part in rule for condition in _children(part, "Conditions")]
    if not conditions:
        raise Unreadable("a rule has no conditions")
    for condition in conditions:
        _must_be(condition, "Condition")
        kind = (condition.get(_TYPE) or "").rpartition(":")[2]
        values = [each for part in condition for each in _values(part)]
        operator = condition.findtext(f"{_NAMESPACE}Operator", "").strip()
        for key, value in _condition(kind, operator, values, condition).items():
            if key in table and key != "claims":
                raise Unreadable(f"a rule has two conditions on {key}")
            table[key] = [*table.get(key, []), *value] if key == "claims" else value
    return table


def _condition(
    kind: str, operator: str, values: list[str], condition: etree._Element
) -> dict[str, Any]:
    match kind, operator, values:
        case "AlwaysCondition", "IsPresent", []:
            return {}
        case "MultiFactorAuthenticationCondition", "IsPresent", []:
            return {"require_mfa": True}
        case "LocationCondition", "Equals", [_, *_]:
            return {"networks": [network for value in values for network in _networks(value)]}
        case "SpecificClaimCondition", "Equals", [value]:
            type_ = condition.findtext(f"{_NAMESPACE}ClaimType", "").strip()
            return {"claims": [{"type": type_, "equals": value}]}
    raise Unreadable(f"the condition {kind[:60]} {operator[:30]} is not understood")


def _values(part: etree._Element) -> Iterator[str]:
    """Yield the values in a part of a condition; another part than those known is refused."""
    if part.tag in (f"{_NAMESPACE}Operator", f"{_NAMESPACE}ClaimType"):
        return
    for value in _children(part, "Values"):
        _must_be(value, "Value")
        yield (value.text or "").strip()


def _networks(text: str) -> Iterator[str]:
    try:
        first, dash, last = text.partition("-")
        if not dash:
            yield str(ip_network(text, strict=False))
            return
        ends: Any = ip_address(first.strip()), ip_address(last.strip())
        yield from map(str, summarize_address_range(*ends))
    except (ValueError, TypeError):
        raise Unreadable(f"{text[:60]!r} is no range of addresses") from None


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    _must_be(element, name)
    return list(element)


def _must_be(element: etree._Element, name: str) -> None:
    if element.tag != f"{_NAMESPACE}{name}":
        found = str(element.tag).rpartition("}")[2][:60]
        raise Unreadable(f"the element {found} is not understood")
