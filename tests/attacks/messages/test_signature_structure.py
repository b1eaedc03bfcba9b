"""Attacks on what surrounds a signature: transforms, references, and elements put beside it."""

from __future__ import annotations

import copy

import pytest
import xmlsec
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from support.service_providers.saml_messages import refused_code

from idp.saml import signature, uris

NS = {"ds": uris.XMLDSIG, "samlp": uris.PROTOCOL, "saml": uris.ASSERTION}


# Shape: transforms, references, what stands inside.


@pytest.mark.parametrize(
    "transforms",
    [
        (xmlsec.Transform.ENVELOPED,),
        (xmlsec.Transform.ENVELOPED, xmlsec.Transform.C14N),
        (xmlsec.Transform.ENVELOPED, xmlsec.Transform.C14N_COMMENTS),
        (xmlsec.Transform.ENVELOPED, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.EXCL_C14N),
    ],
)
def test_transforms_beyond_the_two_are_refused(idp, writer, transforms):
    signed = writer.sign(writer.message(), transforms=transforms)

    assert refused_code(idp, signed) == "signature_shape"


def test_another_canonicalisation_is_refused(idp, writer):
    signed = writer.sign(writer.message(), c14n=xmlsec.Transform.C14N)

    assert refused_code(idp, signed) == "signature_shape"


PROGRAMS = {
    "XPath": (b"http://www.w3.org/TR/1999/REC-xpath-19991116", b"<ds:XPath>self::x</ds:XPath>"),
    "XSLT": (
        b"http://www.w3.org/TR/1999/REC-xslt-19991116",
        b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/>',
    ),
    "base64": (b"http://www.w3.org/2000/09/xmldsig#base64", b""),
}


@pytest.mark.parametrize(("uri", "program"), PROGRAMS.values(), ids=PROGRAMS.keys())
def test_a_transform_that_the_message_programs_is_refused(uri, program, idp, writer):
    signed = writer.sign(writer.message()).replace(
        uris.ENVELOPED.encode() + b'"/>', uri + b'">' + program + b"</ds:Transform>"
    )

    assert uri in signed
    assert refused_code(idp, signed) == "signature_shape"


def test_a_reference_to_the_whole_document_instead_of_the_id_is_refused(idp, writer):
    signed = writer.sign(writer.message()).replace(b'URI="#_request1"', b'URI=""')

    assert refused_code(idp, signed) == "signature_shape"


def edited(signed: bytes, edit) -> bytes:
    """Return the message after *edit* worked on its tree."""
    root = etree.fromstring(signed)
    edit(root)
    return etree.tostring(root)


def test_a_second_reference_is_refused(idp, writer):
    def edit(root):
        reference = root.find(".//ds:Reference", NS)
        reference.addnext(copy.deepcopy(reference))

    assert refused_code(idp, edited(writer.sign(writer.message()), edit)) == "signature_shape"


def test_a_second_signed_info_is_refused(idp, writer):
    def edit(root):
        signed_info = root.find(".//ds:SignedInfo", NS)
        signed_info.addnext(copy.deepcopy(signed_info))

    assert refused_code(idp, edited(writer.sign(writer.message()), edit)) == "not_schema_valid"


def test_a_second_signature_is_refused(idp, writer):
    def edit(root):
        root.find("samlp:Extensions", NS).append(copy.deepcopy(root.find("ds:Signature", NS)))

    signed = writer.sign(
        writer.message("<samlp:Extensions><x:y xmlns:x='urn:x'/></samlp:Extensions>")
    )
    assert refused_code(idp, edited(signed, edit)) == "signature_shape"


def test_a_signature_in_the_extensions_alone_does_not_pass_for_no_signature(idp, writer):
    def edit(root):
        signature = root.find("ds:Signature", NS)
        extensions = etree.SubElement(root, f"{{{uris.PROTOCOL}}}Extensions")
        signature.addnext(extensions)
        extensions.append(signature)

    assert refused_code(idp, edited(writer.sign(writer.message()), edit)) == "signature_shape"


@pytest.mark.parametrize("element", ["DigestValue", "SignatureValue", "SignedInfo", "Transforms"])
@pytest.mark.parametrize("hidden", [b"<!--x-->", b"<?x y?>"])
def test_a_comment_or_instruction_inside_the_signature_is_refused(idp, writer, element, hidden):
    opening = f"<ds:{element}>".encode()

    signed = writer.sign(writer.message()).replace(opening, opening + hidden)

    assert refused_code(idp, signed) == "signature_shape"


def test_an_object_inside_the_signature_is_refused(idp, writer):
    signed = writer.sign(writer.message()).replace(
        b"</ds:Signature>", b"<ds:Object><x xmlns='urn:x'/></ds:Object></ds:Signature>"
    )

    assert refused_code(idp, signed) == "signature_shape"


def test_a_comment_elsewhere_changes_neither_signature_nor_values(idp, writer):
    signed = writer.sign(writer.message()).replace(
        b"metadata</saml:Issuer>", b"meta<!--x-->data</saml:Issuer>"
    )

    assert idp.read(signed).issuer == "https://sp.example.test/metadata"


NAMES = ["ID", "Id", "id", "iD", "xml:id", "IDs", "name"]


@given(
    given_=st.lists(st.dictionaries(st.sampled_from(NAMES), st.sampled_from("ab")), max_size=6),
    wanted=st.sampled_from("ab"),
)
def test_an_id_is_counted_in_every_spelling(given_, wanted):
    root = etree.Element("r")
    for attributes in given_:
        written = "".join(f' {name}="{value}"' for name, value in attributes.items())
        root.append(etree.fromstring(f"<a{written}/>"))

    spelt = [
        value
        for each in given_
        for name, value in each.items()
        if name.rpartition(":")[2].lower() == "id"
    ]
    assert signature._same_id(root, id=wanted) == spelt.count(wanted)
