"""Faults of status and content: what is missing, refused, or has to be understood."""

from __future__ import annotations

from lxml import etree

from idp.saml import uris
from idp.saml_faults.edits import NS, Edit, all_of, name, one_of, removing, setting
from idp.saml_faults.fault import Fault, Group, Rows
from idp.saml_faults.scene import Scene

_CODE = "p:Status/p:StatusCode"
_CONDITIONS = "a:Assertion/a:Conditions"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_rows = Rows(Group.STATUS)


def _nested_success(root: etree._Element, _scene: Scene) -> None:
    code = one_of(root, _CODE)
    code.set("Value", uris.RESPONDER)
    etree.SubElement(code, name("p", "StatusCode")).set("Value", uris.SUCCESS)


def _denied(root: etree._Element, _scene: Scene) -> None:
    removing("a:Assertion")(root, _scene)
    code = one_of(root, _CODE)
    code.set("Value", uris.RESPONDER)
    etree.SubElement(code, name("p", "StatusCode")).set("Value", uris.REQUEST_DENIED)


def _message(root: etree._Element, _scene: Scene) -> None:
    message = etree.SubElement(one_of(root, "p:Status"), name("p", "StatusMessage"))
    message.text = "Signed in"


def _adding(path: str, xml: str) -> Edit:
    """Return an edit that adds an element at the end of the one at a path."""

    def edit(root: etree._Element, _scene: Scene) -> None:
        one_of(root, path).append(etree.fromstring(xml))

    return edit


def _a(local: str, more: str = "") -> str:
    return f'<a:{local} xmlns:a="{NS["a"]}"{more}/>'


_UNKNOWN_CONDITION = (
    f'<a:Condition xmlns:a="{NS["a"]}" xmlns:xsi="{XSI}" xmlns:f="urn:fault.invalid" '
    'xsi:type="f:NobodyKnowsThisType"/>'
)


def _extensions(root: etree._Element, _scene: Scene) -> None:
    extensions = etree.Element(name("p", "Extensions"))
    etree.SubElement(extensions, "{urn:fault.invalid}Hint").text = "x"
    one_of(root, "a:Issuer").addnext(extensions)


def _advice(root: etree._Element, _scene: Scene) -> None:
    advice = etree.Element(name("a", "Advice"))
    etree.SubElement(advice, "{urn:fault.invalid}Hint").text = "x"
    one_of(root, _CONDITIONS).addnext(advice)


def _typed_values(root: etree._Element, _scene: Scene) -> None:
    for value in all_of(root, "a:Assertion/a:AttributeStatement/a:Attribute/a:AttributeValue"):
        nsmap = {"xs": "http://www.w3.org/2001/XMLSchema", "xsi": XSI}
        typed = etree.Element(value.tag, nsmap=nsmap)
        typed.set(f"{{{XSI}}}type", "xs:string")
        typed.text = value.text
        parent = value.getparent()
        if parent is not None:
            parent.replace(value, typed)


FAULTS: tuple[Fault, ...] = (
    _rows.refused(
        "status_failure",
        "The status is a failure, and there is an assertion",
        "It signs nobody in unless the status is Success, whatever else the response contains.",
        "saml-core §3.2.2.2",
        write=setting(_CODE, Value=uris.RESPONDER),
    ),
    _rows.refused(
        "status_success_inside",
        "Success is only the second-level status",
        "It reads the top-level status, which is a failure.",
        "saml-core §3.2.2.2",
        write=_nested_success,
    ),
    _rows.refused(
        "status_missing",
        "The response has no status",
        "It refuses a response without Status, which is required.",
        "saml-core §3.2.2",
        write=removing("p:Status"),
    ),
    _rows.refused(
        "status_denied",
        "The identity provider has denied the request",
        "It shows its user that the sign-in has failed, and signs nobody in.",
        "saml-core §3.2.2.2",
        write=_denied,
    ),
    _rows.refused(
        "assertion_missing",
        "The status is Success, and there is no assertion",
        "It signs nobody in without an assertion.",
        "saml-profiles §4.1.4.2",
        write=removing("a:Assertion"),
    ),
    _rows.refused(
        "authentication_missing",
        "The assertion says nothing about an authentication",
        "It refuses an assertion without AuthnStatement.",
        "saml-profiles §4.1.4.2",
        write=removing("a:Assertion/a:AuthnStatement"),
    ),
    _rows.refused(
        "version_wrong",
        "The assertion is of version 1.1",
        "It refuses an assertion whose Version it does not know.",
        "saml-core §2.3.3, §4.1",
        write=setting("a:Assertion", Version="1.1"),
    ),
    _rows.refused(
        "version_of_response_wrong",
        "The response is of version 3.0",
        "It refuses a response whose Version it does not know.",
        "saml-core §3.2.2, §4.1",
        write=setting(".", Version="3.0"),
    ),
    _rows.refused(
        "condition_unknown",
        "The assertion has a condition that nobody knows",
        "It refuses an assertion with a Condition that it does not understand.",
        "saml-core §2.5.1.1",
        write=_adding(_CONDITIONS, _UNKNOWN_CONDITION),
    ),
    _rows.accepted(
        "condition_one_time_use",
        "The assertion is for one use",
        "It accepts OneTimeUse, and keeps the assertion for no later use.",
        "saml-core §2.5.1.5",
        write=_adding(_CONDITIONS, _a("OneTimeUse")),
    ),
    _rows.accepted(
        "condition_proxy_restriction",
        "The assertion may not be passed on",
        "It accepts ProxyRestriction, which is for identity providers.",
        "saml-core §2.5.1.6",
        write=_adding(_CONDITIONS, _a("ProxyRestriction", ' Count="0"')),
    ),
    _rows.accepted(
        "status_message",
        "The status Success has a message",
        "It accepts StatusMessage, which is for people.",
        "saml-core §3.2.2.3",
        write=_message,
    ),
    _rows.accepted(
        "extensions",
        "The response has an extension",
        "It ignores Extensions that it does not understand.",
        "saml-core §3.2.2",
        write=_extensions,
    ),
    _rows.accepted(
        "advice",
        "The assertion has an advice",
        "It ignores Advice that it does not understand.",
        "saml-core §2.6.1",
        write=_advice,
    ),
    _rows.accepted(
        "attribute_values_typed",
        "The attribute values have the type xs:string",
        "It reads attribute values with and without xsi:type.",
        "saml-core §2.7.3.1.1",
        write=_typed_values,
    ),
)
