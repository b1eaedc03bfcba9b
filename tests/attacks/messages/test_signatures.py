"""Attacks on signatures, each named after what is tried; none may be accepted."""

from __future__ import annotations

import base64
import contextlib
import copy
import re
from dataclasses import replace
from urllib.parse import quote

import pytest
import xmlsec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from idp.saml import uris
from idp.saml.bindings import decode_redirect, encode_redirect
from idp.saml.refusal import Refused

ACS_URL = "https://sp.example.test/acs"
EVIL_URL = "https://sp.example.test/other"
NS = {"ds": uris.XMLDSIG, "samlp": uris.PROTOCOL, "saml": uris.ASSERTION}


def refused_code(idp, message) -> str:
    with pytest.raises(Refused) as caught:
        idp.read(message)
    assert caught.value.status is None, "a message that nobody vouches for is not answered"
    return caught.value.code


# Enveloped signatures: what is accepted.


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        (xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA256),
        (xmlsec.Transform.RSA_SHA384, xmlsec.Transform.SHA384),
        (xmlsec.Transform.RSA_SHA512, xmlsec.Transform.SHA512),
    ],
)
def test_rsa_with_sha256_and_stronger_is_accepted(idp, sp, method, digest):
    assert idp.read(sp.sign(sp.request(), method=method, digest=digest)).signed


def test_ecdsa_with_sha256_is_accepted(idp, sp, identities):
    ec = identities.idp_ec
    idp.trust = replace(idp.trust, signing_certificates=(ec.certificate,))

    signed = sp.sign(sp.request(), method=xmlsec.Transform.ECDSA_SHA256, identity=ec)

    assert idp.read(signed).signed


def test_any_of_several_certificates_of_the_trust_will_do(idp, sp, identities):
    certificates = (identities.stranger.certificate, "broken", identities.sp.certificate)
    idp.trust = replace(idp.trust, signing_certificates=certificates)

    assert idp.read(sp.sign(sp.request())).signed
    assert idp.read(decode_redirect(signed_query(sp))).signed


# Keys.


def test_a_signature_by_another_key_is_refused(idp, sp, identities):
    signed = sp.sign(sp.request(), identity=identities.stranger)

    assert refused_code(idp, signed) == "MSIS0038"


def test_a_key_in_the_message_is_never_used(idp, sp, identities):
    """The stranger's certificate is in KeyInfo and fits the signature; the trust's does not."""
    signed = sp.sign(sp.request(), identity=identities.stranger)
    assert identities.stranger.certificate.encode() in signed
    without_key_info = re.sub(rb"<ds:KeyInfo>.*</ds:KeyInfo>", b"", sp.sign(sp.request()))

    assert refused_code(idp, signed) == "MSIS0038"
    assert idp.read(without_key_info).signed


def test_a_signature_is_refused_when_the_trust_has_no_certificate(idp, sp):
    idp.trust = replace(idp.trust, signing_certificates=())

    assert refused_code(idp, sp.sign(sp.request())) == "no_signing_certificate"
    query = encode_redirect(sp.request(), key=sp.identity.key)
    assert refused_code(idp, decode_redirect(query.encode())) == "no_signing_certificate"


# Algorithms.


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        (xmlsec.Transform.RSA_SHA1, xmlsec.Transform.SHA256),
        (xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA1),
        (xmlsec.Transform.RSA_SHA1, xmlsec.Transform.SHA1),
    ],
)
def test_sha1_is_refused(idp, sp, method, digest):
    signed = sp.sign(sp.request(), method=method, digest=digest)

    assert refused_code(idp, signed) == "signature_algorithm"


def test_hmac_keyed_with_the_public_certificate_is_refused(idp, sp):
    secret = sp.identity.pem.certificate
    key = xmlsec.Key.from_binary_data(xmlsec.KeyData.HMAC, secret)

    signed = sp.sign(sp.request(), method=xmlsec.Transform.HMAC_SHA256, key=key)

    assert refused_code(idp, signed) == "signature_algorithm"


@pytest.mark.parametrize("algorithm", [b"", b"none", b"http://www.w3.org/2000/09/xmldsig#dsa-sha1"])
def test_an_algorithm_that_is_not_in_the_table_is_refused(idp, sp, algorithm):
    signed = sp.sign(sp.request()).replace(uris.RSA_SHA256.encode(), algorithm)

    assert refused_code(idp, signed) == "signature_algorithm"


# Content.


def test_a_changed_address_is_refused(idp, sp):
    signed = sp.sign(sp.request()).replace(ACS_URL.encode(), EVIL_URL.encode())

    assert refused_code(idp, signed) == "MSIS0038"


@pytest.mark.parametrize("element", ["SignatureValue", "DigestValue"])
def test_an_empty_value_is_refused(idp, sp, element):
    pattern = rf"<ds:{element}>[^<]*</ds:{element}>".encode()
    signed = re.sub(pattern, f"<ds:{element}></ds:{element}>".encode(), sp.sign(sp.request()))

    assert refused_code(idp, signed) == "MSIS0038"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_changed_byte_of_a_signed_request_changes_what_is_read(idp, sp, data):
    signed = sp.sign(sp.request(ForceAuthn="true"))
    good = idp.read(signed)
    place = data.draw(st.integers(0, len(signed) - 1))
    byte = data.draw(st.integers(0, 255))

    changed = signed[:place] + bytes([byte]) + signed[place + 1 :]

    with contextlib.suppress(Refused):
        assert idp.read(changed) == good


# Shape: transforms, references, what stands inside.


@pytest.mark.parametrize(
    "transforms",
    [
        (xmlsec.Transform.ENVELOPED,),
        (xmlsec.Transform.ENVELOPED, xmlsec.Transform.C14N),
        (xmlsec.Transform.ENVELOPED, xmlsec.Transform.EXCL_C14N_COMMENTS),
        (xmlsec.Transform.ENVELOPED, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.EXCL_C14N),
    ],
)
def test_transforms_beyond_the_two_are_refused(idp, sp, transforms):
    signed = sp.sign(sp.request(), transforms=transforms)

    assert refused_code(idp, signed) == "signature_shape"


def test_another_canonicalisation_is_refused(idp, sp):
    signed = sp.sign(sp.request(), c14n=xmlsec.Transform.C14N)

    assert refused_code(idp, signed) == "signature_shape"


def test_a_transform_by_xpath_is_refused(idp, sp):
    signed = sp.sign(sp.request()).replace(
        uris.ENVELOPED.encode() + b'"/>',
        b'http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>self::x</ds:XPath></ds:Transform>',
    )

    assert refused_code(idp, signed) == "signature_shape"


def test_a_reference_to_the_whole_document_instead_of_the_id_is_refused(idp, sp):
    signed = sp.sign(sp.request()).replace(b'URI="#_request1"', b'URI=""')

    assert refused_code(idp, signed) == "signature_shape"


def edited(signed: bytes, edit) -> bytes:
    """Return the message after *edit* worked on its tree."""
    root = etree.fromstring(signed)
    edit(root)
    return etree.tostring(root)


def test_a_second_reference_is_refused(idp, sp):
    def edit(root):
        reference = root.find(".//ds:Reference", NS)
        reference.addnext(copy.deepcopy(reference))

    assert refused_code(idp, edited(sp.sign(sp.request()), edit)) == "signature_shape"


def test_a_second_signed_info_is_refused(idp, sp):
    def edit(root):
        signed_info = root.find(".//ds:SignedInfo", NS)
        signed_info.addnext(copy.deepcopy(signed_info))

    assert refused_code(idp, edited(sp.sign(sp.request()), edit)) == "not_schema_valid"


def test_a_second_signature_is_refused(idp, sp):
    def edit(root):
        root.find("samlp:Extensions", NS).append(copy.deepcopy(root.find("ds:Signature", NS)))

    signed = sp.sign(sp.request("<samlp:Extensions><x:y xmlns:x='urn:x'/></samlp:Extensions>"))
    assert refused_code(idp, edited(signed, edit)) == "signature_shape"


def test_a_signature_in_the_extensions_alone_does_not_pass_for_none(idp, sp):
    def edit(root):
        signature = root.find("ds:Signature", NS)
        extensions = etree.SubElement(root, f"{{{uris.PROTOCOL}}}Extensions")
        signature.addnext(extensions)
        extensions.append(signature)

    assert refused_code(idp, edited(sp.sign(sp.request()), edit)) == "signature_shape"


@pytest.mark.parametrize("element", ["DigestValue", "SignatureValue", "SignedInfo", "Transforms"])
@pytest.mark.parametrize("hidden", [b"<!--x-->", b"<?x y?>"])
def test_a_comment_or_instruction_inside_the_signature_is_refused(idp, sp, element, hidden):
    opening = f"<ds:{element}>".encode()

    signed = sp.sign(sp.request()).replace(opening, opening + hidden)

    assert refused_code(idp, signed) == "signature_shape"


def test_an_object_inside_the_signature_is_refused(idp, sp):
    signed = sp.sign(sp.request()).replace(
        b"</ds:Signature>", b"<ds:Object><x xmlns='urn:x'/></ds:Object></ds:Signature>"
    )

    assert refused_code(idp, signed) == "signature_shape"


def test_a_comment_elsewhere_changes_neither_signature_nor_values(idp, sp):
    signed = sp.sign(sp.request()).replace(
        b"metadata</saml:Issuer>", b"meta<!--x-->data</saml:Issuer>"
    )

    assert idp.read(signed).issuer == "https://sp.example.test/metadata"


# Wrapping: the signed original is kept somewhere, and another message stands in front.


def evil(sp, *, request_id: str = "_evil") -> etree._Element:
    return etree.fromstring(
        sp.request(
            '<samlp:Extensions><x:box xmlns:x="urn:x"/></samlp:Extensions>',
            request_id=request_id,
            AssertionConsumerServiceURL=EVIL_URL,
        )
    )


def box(root: etree._Element) -> etree._Element:
    """Return the place in the extensions where the schema lets anything stand."""
    return root.find("samlp:Extensions", NS)[0]


def test_wrapping_with_the_original_in_the_extensions_is_refused(idp, sp):
    root = evil(sp)
    box(root).append(etree.fromstring(sp.sign(sp.request())))

    assert refused_code(idp, etree.tostring(root)) == "signature_shape"


def test_wrapping_with_the_signature_moved_to_the_evil_message_is_refused(idp, sp):
    root = evil(sp)
    original = etree.fromstring(sp.sign(sp.request()))
    root.insert(1, original.find("ds:Signature", NS))
    box(root).append(original)

    assert refused_code(idp, etree.tostring(root)) == "signature_shape"


def test_wrapping_with_one_id_for_both_messages_is_refused(idp, sp):
    root = evil(sp, request_id="_request1")
    original = etree.fromstring(sp.sign(sp.request()))
    root.insert(1, original.find("ds:Signature", NS))
    box(root).append(original)

    assert refused_code(idp, etree.tostring(root)) in ("signature_shape", "not_schema_valid")


@pytest.mark.parametrize("spelling", ["ID", "Id", "id", "iD", "xml:id"])
def test_an_id_that_occurs_twice_is_refused_however_it_is_spelt(idp, sp, spelling):
    twin = '<samlp:Extensions><x:y xmlns:x="urn:x" name="_request1"/></samlp:Extensions>'
    signed = sp.sign(sp.request(twin)).replace(b' name="', f' {spelling}="'.encode())

    assert refused_code(idp, signed) == "signature_shape"


def test_wrapping_with_the_original_in_an_object_of_the_signature_is_refused(idp, sp):
    root = evil(sp)
    original = etree.fromstring(sp.sign(sp.request()))
    signature = original.find("ds:Signature", NS)
    root.insert(1, signature)
    etree.SubElement(signature, f"{{{uris.XMLDSIG}}}Object").append(original)

    assert refused_code(idp, etree.tostring(root)) == "signature_shape"


# Redirect.


def signed_query(sp) -> bytes:
    return encode_redirect(sp.request(), relay_state="a b/ü", key=sp.identity.key).encode()


def lower_escapes(query: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda match: match.group().lower(), query)


def test_redirect_signatures_hold_over_lower_case_escapes_as_dot_net_writes_them(idp, sp):
    query = lower_escapes(encode_redirect(sp.request(), relay_state="a/b+c"))
    query += "&SigAlg=" + lower_escapes(quote(uris.RSA_SHA256, safe=""))
    signature = base64.b64encode(sp.identity.key.sign(query.encode()))

    message = decode_redirect(f"{query}&Signature={lower_escapes(quote(signature))}".encode())

    assert "%2f" in query
    assert idp.read(message).signed
    assert message.relay_state == "a/b+c"


def test_the_same_parameters_escaped_in_another_way_are_refused(idp, sp):
    query = signed_query(sp)
    value, _, rest = query.partition(b"&")

    relowered = lower_escapes(value.decode()).encode() + b"&" + rest

    assert relowered != query
    assert refused_code(idp, decode_redirect(relowered)) == "MSIS0038"


def test_the_order_of_the_parameters_in_the_query_does_not_matter(idp, sp):
    parts = signed_query(sp).split(b"&")

    assert idp.read(decode_redirect(b"&".join([b"client-request-id=1", *reversed(parts)]))).signed


@pytest.mark.parametrize(
    "change",
    [
        lambda query: query.replace(b"RelayState=a", b"RelayState=b"),
        lambda query: query.replace(b"&RelayState=a%20b%2F%C3%BC", b""),
        lambda query: query.replace(b"%20", b"+"),
    ],
    ids=["changed", "removed", "space written as plus"],
)
def test_a_changed_relay_state_is_refused(idp, sp, change):
    changed = change(signed_query(sp))

    assert changed != signed_query(sp)
    assert refused_code(idp, decode_redirect(changed)) == "MSIS0038"


def test_a_relay_state_added_to_a_signed_query_is_refused(idp, sp):
    query = encode_redirect(sp.request(), key=sp.identity.key).encode()

    assert refused_code(idp, decode_redirect(query + b"&RelayState=x")) == "MSIS0038"


def test_another_message_under_a_good_signature_is_refused(idp, sp):
    other = encode_redirect(sp.request(AssertionConsumerServiceURL=EVIL_URL)).encode()
    _, _, rest = signed_query(sp).partition(b"&")

    assert refused_code(idp, decode_redirect(other + b"&" + rest)) == "MSIS0038"


def test_a_garbage_signature_is_refused_also_where_none_is_asked_for(idp, sp):
    """pysaml2 never looks at it then."""
    query = encode_redirect(sp.request()) + "&SigAlg=" + quote(uris.RSA_SHA256) + "&Signature=AAAA"

    assert refused_code(idp, decode_redirect(query.encode())) == "MSIS0038"


@pytest.mark.parametrize(
    "algorithm",
    [
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "none",
    ],
)
def test_redirect_signatures_by_sha1_hmac_or_none_are_refused(idp, sp, algorithm):
    query = encode_redirect(sp.request()) + f"&SigAlg={quote(algorithm, safe='')}"
    query += "&Signature=" + quote(base64.b64encode(sha1_signature(sp, query)))

    assert refused_code(idp, decode_redirect(query.encode())) == "signature_algorithm"


def sha1_signature(sp, query: str) -> bytes:
    return sp.identity.key.private_key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303


def test_ecdsa_signs_redirects_too_and_only_with_its_own_key(idp, sp, identities):
    query = encode_redirect(sp.request(), relay_state="x", key=identities.idp_ec.key).encode()

    assert refused_code(idp, decode_redirect(query)) == "MSIS0038"
    idp.trust = replace(idp.trust, signing_certificates=(identities.idp_ec.certificate,))
    assert idp.read(decode_redirect(query)).signed
    assert refused_code(idp, decode_redirect(query.replace(b"=x&", b"=y&"))) == "MSIS0038"


def test_an_rsa_signature_is_refused_by_an_ec_key_and_the_reverse(idp, sp, identities):
    idp.trust = replace(idp.trust, signing_certificates=(identities.idp_ec.certificate,))

    assert refused_code(idp, decode_redirect(signed_query(sp))) == "MSIS0038"
    assert refused_code(idp, sp.sign(sp.request())) == "MSIS0038"


def test_an_ec_signature_that_says_it_is_rsa_is_refused(idp, sp, identities):
    idp.trust = replace(idp.trust, signing_certificates=(identities.idp_ec.certificate,))
    query = encode_redirect(sp.request()) + f"&SigAlg={quote(uris.RSA_SHA256, safe='')}"
    query += "&Signature=" + quote(base64.b64encode(identities.idp_ec.key.sign(query.encode())))

    assert refused_code(idp, decode_redirect(query.encode())) == "MSIS0038"


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_flipped_bit_of_a_signed_query_changes_what_is_read(idp, sp, data):
    query = signed_query(sp)
    message = decode_redirect(query)
    good = (idp.read(message), message.relay_state)
    place = data.draw(st.integers(0, len(query) - 1))
    bit = data.draw(st.integers(0, 7))

    flipped = bytearray(query)
    flipped[place] ^= 1 << bit

    with contextlib.suppress(Refused):
        changed = decode_redirect(bytes(flipped))
        assert (idp.read(changed), changed.relay_state) == good
