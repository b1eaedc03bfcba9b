"""Signature wrapping (XSW): a good signature over one message, and another one to be read.

CVE-2024-45409 (ruby-saml), CVE-2025-47949 (samlify), CVE-2021-21238 (pysaml2), CVE-2026-47201
(authentik).
"""

from __future__ import annotations

import pytest
import xmlsec
from lxml import etree
from support.attacks.signature_wrapping import HOLDING, NS, SHAPES, wrapped
from support.service_providers.saml_messages import refused_code

KEPT = "_request1"


def evil_message(writer, children: str = "", message_id: str = "_evil") -> bytes:
    return writer.forged(writer.message(children, ID=message_id))


def is_right_by_arithmetic(message: bytes, certificate: str) -> bool:
    """Ask as careless software does: is the signature, wherever it is, over what it names?"""
    root = etree.fromstring(message)
    context = xmlsec.SignatureContext()
    pem = f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----"
    context.key = xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.CERT_PEM)
    (kept,) = root.xpath("//*[@ID=$id]", id=KEPT)
    context.register_id(kept, "ID")
    try:
        context.verify(root.find(".//ds:Signature", NS))
    except xmlsec.Error:
        return False
    return True


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("message_id", ["_evil", KEPT])
def test_no_shape_of_wrapping_is_accepted(shape, message_id, idp, writer):
    signed, evil = writer.sign(writer.message()), evil_message(writer, message_id=message_id)

    message = wrapped(shape, signed, evil)

    assert refused_code(idp, message) in {"signature_shape", "not_schema_valid", "MSIS7015"}


@pytest.mark.parametrize("name", HOLDING)
def test_some_shapes_of_wrapping_would_fool_a_check_of_arithmetic_alone(name, writer):
    message = wrapped(SHAPES[name], writer.sign(writer.message()), evil_message(writer))

    assert is_right_by_arithmetic(message, writer.identity.certificate)


# Where the schema lets anything stand, only the shape of the signature can tell.


def evil_with_box(writer, message_id: str = "_evil") -> etree._Element:
    children = '<samlp:Extensions><x:box xmlns:x="urn:x"/></samlp:Extensions>'
    return etree.fromstring(evil_message(writer, children, message_id))


def box(root: etree._Element) -> etree._Element:
    return root.find("samlp:Extensions", NS)[0]


def test_a_signed_original_in_the_extensions_does_not_vouch_for_the_message_around_it(idp, writer):
    root = evil_with_box(writer)
    box(root).append(etree.fromstring(writer.sign(writer.message())))

    assert refused_code(idp, etree.tostring(root)) == "signature_shape"


@pytest.mark.parametrize("message_id", ["_evil", KEPT])
def test_a_signature_moved_to_another_message_does_not_vouch_for_it(message_id, idp, writer):
    root = evil_with_box(writer, message_id)
    original = etree.fromstring(writer.sign(writer.message()))
    root.insert(1, original.find("ds:Signature", NS))
    box(root).append(original)

    assert refused_code(idp, etree.tostring(root)) in {"signature_shape", "not_schema_valid"}


@pytest.mark.parametrize("spelling", ["ID", "Id", "id", "iD", "xml:id", "x:ID"])
def test_an_id_that_occurs_twice_is_refused_however_it_is_spelt(spelling, idp, writer):
    """What one reader takes for an ID another might not ("attribute pollution")."""
    twin = '<samlp:Extensions><x:y xmlns:x="urn:x" name="_request1"/></samlp:Extensions>'
    signed = writer.sign(writer.message(twin)).replace(b' name="', f' {spelling}="'.encode())

    assert refused_code(idp, signed) == "signature_shape"


def test_a_second_id_in_a_namespace_is_refused(idp, writer):
    signed = writer.sign(writer.message()).replace(b' ID="', b' samlp:ID="_evil" ID="', 1)

    assert refused_code(idp, signed) == "not_schema_valid"
