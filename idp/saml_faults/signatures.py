"""Faults of the signature itself: missing, moved, wrong, or over something else."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from idp.saml_faults.edits import (
    after_signing,
    all_of,
    assertion_of,
    forge,
    forged_copy,
    name,
    one_of,
    remove,
    removing,
    texting,
)
from idp.saml_faults.fault import Fault, Group, Rows
from idp.saml_faults.scene import Scene
from idp.saml_faults.signing import digest_of

SIGNED_ASSERTION = "a:Assertion/ds:Signature"
_rows = Rows(Group.SIGNATURE)


def sign(*, assertion: bool, response: bool) -> Callable[[Scene], Scene]:
    """Return a plan that says what is signed, whatever the trust is set to."""
    return lambda scene: replace(scene, sign_assertion=assertion, sign_response=response)


def in_the_clear(scene: Scene) -> Scene:
    """Return the plan of a fault that an encrypted assertion would hide."""
    return replace(scene, encryption=None)


ASSERTION_ONLY = sign(assertion=True, response=False)
RESPONSE_ONLY = sign(assertion=False, response=True)


def _forged_content(root: etree._Element, _scene: Scene) -> etree._Element:
    forge(assertion_of(root))
    return root


def _broken_value(root: etree._Element, _scene: Scene) -> etree._Element:
    value = one_of(root, f"{SIGNED_ASSERTION}/ds:SignatureValue")
    data = bytearray(base64.b64decode(value.text or ""))
    data[0] ^= 1
    value.text = base64.b64encode(data).decode()
    return root


def _moved_to_response(root: etree._Element, _scene: Scene) -> etree._Element:
    """Let the signature of the genuine assertion stand where the one of the response belongs."""
    genuine = assertion_of(root)
    signature = one_of(genuine, "ds:Signature")
    genuine.addprevious(forged_copy(genuine))
    one_of(root, "a:Issuer").addnext(signature)
    return root


def _digest_elsewhere(root: etree._Element, _scene: Scene) -> etree._Element:
    """Show readers that search the whole document the digest of the forged assertion first."""
    assertion = forge(assertion_of(root))
    detail = etree.SubElement(one_of(root, "p:Status"), name("p", "StatusDetail"))
    etree.SubElement(detail, name("ds", "DigestValue")).text = digest_of(assertion)
    return root


def _digest_in_comment(root: etree._Element, _scene: Scene) -> etree._Element:
    """Show readers that take the first child of DigestValue the digest of the forged assertion."""
    assertion = forge(assertion_of(root))
    value = one_of(assertion, "ds:Signature/ds:SignedInfo/ds:Reference/ds:DigestValue")
    comment = etree.Comment(digest_of(assertion))
    comment.tail, value.text = value.text, None
    value.insert(0, comment)
    return root


def _second_signed_info(root: etree._Element, _scene: Scene) -> etree._Element:
    """Put a SignedInfo with the digest of the forged assertion before the one that is signed."""
    assertion = forge(assertion_of(root))
    genuine = one_of(assertion, "ds:Signature/ds:SignedInfo")
    forged = etree.fromstring(etree.tostring(genuine, with_tail=False))
    one_of(forged, "ds:Reference/ds:DigestValue").text = digest_of(assertion)
    genuine.addprevious(forged)
    return root


def _second_reference(root: etree._Element, _scene: Scene) -> etree._Element:
    assertion = forge(assertion_of(root))
    genuine = one_of(assertion, "ds:Signature/ds:SignedInfo/ds:Reference")
    forged = etree.fromstring(etree.tostring(genuine, with_tail=False))
    one_of(forged, "ds:DigestValue").text = digest_of(assertion)
    genuine.addprevious(forged)
    return root


def _second_signature(root: etree._Element, _scene: Scene) -> etree._Element:
    signature = one_of(root, SIGNED_ASSERTION)
    signature.addnext(etree.fromstring(etree.tostring(signature, with_tail=False)))
    return root


def _unreadable_namespace(root: etree._Element, _scene: Scene) -> etree._Element:
    """Forge the assertion, with a namespace that canonicalisation refuses: a relative URI."""
    assertion = forge(assertion_of(root))
    statement = all_of(assertion, "a:AttributeStatement | a:AuthnStatement")[0]
    copied = etree.Element(statement.tag, dict(statement.attrib), nsmap={"bad": "relative/uri"})
    copied.extend(list(statement))
    parent = statement.getparent()
    if parent is not None:
        parent.replace(statement, copied)
    return root


def _unsigned_forgery(root: etree._Element, _scene: Scene) -> etree._Element:
    assertion = assertion_of(root)
    for signature in all_of(root, "//ds:Signature"):
        remove(signature)
    forge(assertion)
    return root


FAULTS: tuple[Fault, ...] = (
    _rows.refused(
        "signature_missing",
        "Nothing is signed",
        "It refuses a response in which neither the response nor the assertion is signed.",
        "saml-profiles §4.1.4.5",
        alter=after_signing(removing("//ds:Signature")),
    ),
    _rows.refused(
        "signature_removed_and_forged",
        "The signatures were removed and the user replaced",
        "It refuses an unsigned response whatever it says.",
        "saml-profiles §4.1.4.5",
        alter=_unsigned_forgery,
    ),
    _rows.refused(
        "content_changed",
        "The user was replaced after signing",
        "It refuses an element whose digest does not match.",
        "xmldsig-core §3.2.1",
        alter=_forged_content,
    ),
    _rows.refused(
        "signature_value_wrong",
        "The signature value is wrong",
        "It refuses a SignatureValue that the key of the identity provider did not make.",
        "xmldsig-core §3.2.2",
        plan=ASSERTION_ONLY,
        alter=_broken_value,
    ),
    _rows.refused(
        "signature_value_empty",
        "The signature value is empty",
        "It takes an empty SignatureValue for a wrong one.",
        "xmldsig-core §3.2.2",
        plan=ASSERTION_ONLY,
        alter=after_signing(texting(f"{SIGNED_ASSERTION}/ds:SignatureValue", "")),
    ),
    _rows.either(
        "signature_moved",
        "The signature of the assertion stands at the response, before a forged assertion",
        "It takes a signature only for what it refers to, which must be its parent.",
        "saml-core §5.4.2",
        cve=("CVE-2025-47949",),
        plan=ASSERTION_ONLY,
        alter=_moved_to_response,
    ),
    _rows.refused(
        "signature_twice",
        "The assertion has two signatures",
        "It refuses an element with more than one signature.",
        "saml-core §2.3.3, §5.4.1",
        plan=ASSERTION_ONLY,
        alter=_second_signature,
    ),
    _rows.refused(
        "signed_info_twice",
        "The signature has a second SignedInfo, with the digest of the forged assertion",
        "It refuses a signature that does not have exactly one SignedInfo.",
        "xmldsig-core §4.1",
        cve=("CVE-2025-29774",),
        plan=ASSERTION_ONLY,
        alter=_second_signed_info,
    ),
    _rows.refused(
        "reference_twice",
        "The signature has a second Reference, with the digest of the forged assertion",
        "It refuses a signature that does not have exactly one Reference.",
        "saml-core §5.4.2",
        plan=ASSERTION_ONLY,
        alter=_second_reference,
    ),
    _rows.refused(
        "digest_in_comment",
        "A comment in DigestValue has the digest of the forged assertion",
        "It reads the DigestValue that was signed, without its comments, or refuses comments.",
        "xmldsig-core §4.3.3.6",
        cve=("CVE-2025-29775",),
        plan=ASSERTION_ONLY,
        alter=_digest_in_comment,
    ),
    _rows.refused(
        "digest_elsewhere",
        "The digest of the forged assertion stands outside the signature",
        "It reads DigestValue from the Reference that was signed, and nowhere else.",
        "xmldsig-core §3.2.1",
        cve=("CVE-2024-45409",),
        plan=ASSERTION_ONLY,
        alter=_digest_elsewhere,
    ),
    _rows.refused(
        "canonicalization_fails",
        "The forged assertion cannot be brought into canonical form",
        "It refuses what cannot be canonicalised, instead of taking the digest of nothing.",
        "xml-exc-c14n §1; xml-c14n §1.3",
        cve=("CVE-2025-66568",),
        plan=ASSERTION_ONLY,
        alter=_unreadable_namespace,
    ),
    _rows.accepted(
        "assertion_signed_alone",
        "The assertion is signed, the response around it is not",
        "It accepts a signed assertion in an unsigned response.",
        "saml-profiles §4.1.4.5",
        plan=ASSERTION_ONLY,
    ),
    _rows.accepted(
        "both_signed",
        "Both the assertion and the response are signed",
        "It accepts a response in which both are signed.",
        "saml-core §5.3",
        plan=sign(assertion=True, response=True),
    ),
    _rows.either(
        "response_signed_alone",
        "The response is signed, the assertion in it is not",
        "It accepts this unless its metadata or its settings want signed assertions.",
        "saml-core §5.3; saml-metadata §2.4.4",
        plan=RESPONSE_ONLY,
    ),
)
