"""Faults of bindings and encodings: how the document is written, and how it travels."""

from __future__ import annotations

import base64
from dataclasses import replace

from lxml import etree

from idp.saml.bindings import encode_redirect
from idp.saml_faults.edits import all_of, assertion_of, forge, one_of, remove
from idp.saml_faults.fault import Fault, Group, Rows
from idp.saml_faults.scene import CUT, ELSEWHERE, Delivery, Scene, by_post
from idp.saml_faults.signatures import in_the_clear
from idp.saml_faults.signing import serialize

LINE = 76
_rows = Rows(Group.BINDING)


def _by_redirect(xml: bytes, scene: Scene) -> Delivery:
    query = encode_redirect(
        xml, parameter="SAMLResponse", relay_state=scene.relay_state, key=scene.key
    )
    mark = "&" if "?" in scene.destination else "?"
    return Delivery(f"{scene.destination}{mark}{query}")


def _with_message(delivery: Delivery, *messages: str) -> Delivery:
    """Return the form with other messages in place of its own."""
    others = tuple(field for field in delivery.fields if field[0] != "SAMLResponse")
    return replace(delivery, fields=(*(("SAMLResponse", each) for each in messages), *others))


def _as_text(xml: bytes, scene: Scene) -> Delivery:
    return _with_message(by_post(xml, scene), xml.decode())


def _in_lines(xml: bytes, scene: Scene) -> Delivery:
    text = base64.b64encode(xml).decode()
    lines = (text[at : at + LINE] for at in range(0, len(text), LINE))
    return _with_message(by_post(xml, scene), "\r\n".join(lines))


def _forged(xml: bytes) -> bytes:
    """Return an unsigned copy of a response that is about the impostor."""
    root = etree.fromstring(xml)
    for signature in all_of(root, "//ds:Signature"):
        remove(signature)
    forge(assertion_of(root)).set("ID", "_forged")
    root.set("ID", f"{root.get('ID')}-forged")
    return serialize(root)


def _twice(xml: bytes, scene: Scene) -> Delivery:
    genuine, forged = (base64.b64encode(each).decode() for each in (xml, _forged(xml)))
    return _with_message(by_post(xml, scene), genuine, forged)


def _two_documents(root: etree._Element) -> bytes:
    genuine = serialize(root)
    return _forged(genuine) + genuine


def _elsewhere_next(xml: bytes, scene: Scene) -> Delivery:
    return by_post(xml, replace(scene, relay_state=ELSEWHERE))


def _with_doctype(root: etree._Element) -> bytes:
    return b"<!DOCTYPE Response>" + serialize(root)


def _with_entity(root: etree._Element) -> bytes:
    """Let an entity stand for the end of the name: the digest is the same once it is expanded."""
    name_id = one_of(root, "a:Assertion/a:Subject/a:NameID")
    whole = name_id.text or ""
    name_id.text = f"{whole[:-CUT]}ENTITY"
    xml = serialize(root).replace(b"ENTITY", b"&e;")
    return b'<!DOCTYPE Response [<!ENTITY e "' + whole[-CUT:].encode() + b'">]>' + xml


def _with_declaration(root: etree._Element) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + serialize(root)


def _with_white_space(root: etree._Element, _scene: Scene) -> None:
    """Put line breaks between elements, where no text can be meant."""
    etree.indent(root)


_PREFIXES = {
    "urn:oasis:names:tc:SAML:2.0:protocol": "saml2p",
    "urn:oasis:names:tc:SAML:2.0:assertion": "saml2",
}


def _with_other_prefixes(root: etree._Element, _scene: Scene) -> None:
    for child in list(root):
        root.replace(child, _prefixed(child))


def _prefixed(element: etree._Element) -> etree._Element:
    namespace = etree.QName(element).namespace or ""
    made = etree.Element(
        element.tag, dict(element.attrib), nsmap={_PREFIXES.get(namespace, "x"): namespace}
    )
    made.text, made.tail = element.text, element.tail
    made.extend([_prefixed(each) for each in element])
    return made


FAULTS: tuple[Fault, ...] = (
    _rows.refused(
        "by_redirect",
        "The response comes by HTTP-Redirect",
        "It takes no response by HTTP-Redirect, which the profile forbids.",
        "saml-profiles §4.1.2",
        deliver=_by_redirect,
    ),
    _rows.refused(
        "not_base64",
        "The response is not encoded",
        "It refuses a form field that is not base64.",
        "saml-bindings §3.5.4",
        deliver=_as_text,
    ),
    _rows.refused(
        "doctype",
        "The response has a document type declaration",
        "It refuses a document type declaration, before anything of the document is used.",
        "saml2int SDP-G03; XML 1.0 §2.8",
        cve=("CVE-2025-25291", "CVE-2025-25292"),
        serialize=_with_doctype,
    ),
    _rows.refused(
        "entity_in_name",
        "An entity stands for the end of the NameID",
        "It refuses a document type declaration, and expands no entities.",
        "saml2int SDP-G03; XML 1.0 §4.1",
        plan=in_the_clear,
        serialize=_with_entity,
    ),
    _rows.refused(
        "two_documents",
        "A forged response stands before the genuine one, in the same field",
        "It refuses text that is not one XML document.",
        "XML 1.0 §2.1",
        cve=("CVE-2022-39299",),
        plan=in_the_clear,
        serialize=_two_documents,
    ),
    _rows.either(
        "response_field_twice",
        "The form has a second, forged response",
        "It refuses a form with two responses, or takes the one that is signed.",
        "saml-bindings §3.5.4",
        plan=in_the_clear,
        deliver=_twice,
    ),
    _rows.either(
        "relay_state_elsewhere",
        "RelayState is the address of another site",
        "It does not send its user to an address in RelayState that is not its own.",
        "saml-bindings §3.5.3; CWE-601",
        deliver=_elsewhere_next,
    ),
    _rows.accepted(
        "xml_declaration",
        "The response begins with an XML declaration",
        "It reads XML with and without a declaration.",
        "XML 1.0 §2.8",
        serialize=_with_declaration,
    ),
    _rows.accepted(
        "base64_in_lines",
        "The encoded response has line breaks",
        "It accepts base64 in lines, as in MIME.",
        "saml-bindings §3.5.4; RFC 2045 §6.8",
        deliver=_in_lines,
    ),
    _rows.accepted(
        "white_space",
        "Line breaks stand between the elements",
        "It accepts white space between elements.",
        "XML 1.0 §2.10",
        write=_with_white_space,
    ),
    _rows.accepted(
        "other_prefixes",
        "The prefixes of the namespaces are others",
        "It knows elements by their namespace, not by a prefix.",
        "Namespaces in XML 1.0 §2.1",
        write=_with_other_prefixes,
    ),
)
