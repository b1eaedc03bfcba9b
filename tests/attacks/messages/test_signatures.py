"""Attacks on signatures, each named after what is tried; none may be accepted."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
from dataclasses import replace

import pytest
import xmlsec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.service_providers.saml_messages import refused_code

from idp.saml import uris
from idp.saml.bindings import decode_redirect
from idp.saml.refusal import Refused

EXCLUSIVE = (xmlsec.Transform.EXCL_C14N, xmlsec.Transform.EXCL_C14N_COMMENTS)

# Enveloped signatures: what is accepted.


@pytest.mark.parametrize(
    "digest", [xmlsec.Transform.SHA256, xmlsec.Transform.SHA384, xmlsec.Transform.SHA512]
)
def test_rsa_with_sha256_is_accepted(idp, writer, digest):
    assert idp.read(writer.sign(writer.message(), digest=digest))


@pytest.mark.parametrize("method", [xmlsec.Transform.RSA_SHA384, xmlsec.Transform.RSA_SHA512])
def test_a_stronger_algorithm_than_the_trust_has_is_refused_as_by_ad_fs(idp, writer, method):
    assert refused_code(idp, writer.sign(writer.message(), method=method)) == "signature_algorithm"


def test_ecdsa_with_sha256_is_accepted(idp, writer, identities):
    ec = identities.idp_ec
    idp.trust = replace(idp.trust, signing_certificates=(ec.certificate,))

    signed = writer.sign(writer.message(), method=xmlsec.Transform.ECDSA_SHA256, identity=ec)

    assert idp.read(signed)


def test_any_of_several_certificates_of_the_trust_will_do(idp, writer, identities):
    certificates = (identities.stranger.certificate, "broken", identities.sp.certificate)
    idp.trust = replace(idp.trust, signing_certificates=certificates)

    assert idp.read(writer.sign(writer.message()))
    assert idp.read(decode_redirect(writer.query(key=writer.identity.key)))


# Keys.


def test_a_signature_by_another_key_is_refused(idp, writer, identities):
    signed = writer.sign(writer.message(), identity=identities.stranger)

    assert refused_code(idp, signed) == "MSIS0038"


def test_a_key_in_the_message_is_never_used(idp, writer, identities):
    """The stranger's certificate is in KeyInfo and fits the signature; the trust's does not."""
    signed = writer.sign(writer.message(), identity=identities.stranger)
    assert identities.stranger.certificate.encode() in signed
    without_key_info = re.sub(rb"<ds:KeyInfo>.*</ds:KeyInfo>", b"", writer.sign(writer.message()))

    assert refused_code(idp, signed) == "MSIS0038"
    assert idp.read(without_key_info)


FOREIGN_KEYS = {
    "a name": "<ds:KeyName>sp</ds:KeyName>",
    "a bare key": "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus>"
    "<ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>",
    "a shared secret": '<ds:KeyValue><x:HMACKeyValue xmlns:x="http://www.aleksey.com/xmlsec/2002">'
    "c2VjcmV0</x:HMACKeyValue></ds:KeyValue>",
    "an address": '<ds:RetrievalMethod URI="http://127.0.0.1:{port}/key"/>',
    "a file": '<ds:RetrievalMethod URI="file:///etc/passwd" '
    'Type="http://www.w3.org/2000/09/xmldsig#rawX509Certificate"/>',
}


@pytest.mark.parametrize("key_info", FOREIGN_KEYS.values(), ids=FOREIGN_KEYS.keys())
def test_key_info_is_not_even_looked_at(key_info, idp, writer, identities, listener):
    """CVE-2021-21239 (pysaml2): libxmlsec1 took whatever key the message held."""
    port = listener.getsockname()[1]
    written = f"<ds:KeyInfo>{key_info.format(port=port)}</ds:KeyInfo>".encode()

    def with_key_info(signed: bytes) -> bytes:
        return re.sub(rb"<ds:KeyInfo>.*</ds:KeyInfo>", written, signed)

    assert idp.read(with_key_info(writer.sign(writer.message())))
    foreign = with_key_info(writer.sign(writer.message(), identity=identities.stranger))
    assert refused_code(idp, foreign) == "MSIS0038"
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_signature_is_refused_when_the_trust_has_no_certificate(idp, writer):
    idp.trust = replace(idp.trust, signing_certificates=())

    assert refused_code(idp, writer.sign(writer.message())) == "no_signing_certificate"
    query = writer.query(key=writer.identity.key)
    assert refused_code(idp, decode_redirect(query)) == "no_signing_certificate"


# Algorithms.


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        (xmlsec.Transform.RSA_SHA1, xmlsec.Transform.SHA256),
        (xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA1),
        (xmlsec.Transform.RSA_SHA1, xmlsec.Transform.SHA1),
    ],
)
def test_sha1_is_refused(idp, writer, method, digest):
    signed = writer.sign(writer.message(), method=method, digest=digest)

    assert refused_code(idp, signed) == "signature_algorithm"


def test_hmac_keyed_with_the_public_certificate_is_refused(idp, writer):
    secret = writer.identity.pem.certificate
    key = xmlsec.Key.from_binary_data(xmlsec.KeyData.HMAC, secret)

    signed = writer.sign(writer.message(), method=xmlsec.Transform.HMAC_SHA256, key=key)

    assert refused_code(idp, signed) == "signature_algorithm"


def test_a_hash_cut_to_no_bits_is_refused(idp, writer):
    """CVE-2009-0217: an HMAC of as many bits as the message likes."""
    hmac = b"http://www.w3.org/2000/09/xmldsig#hmac-sha1"
    signed = writer.sign(writer.message()).replace(
        uris.RSA_SHA256.encode() + b'"/>',
        hmac + b'"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>',
    )

    assert hmac in signed
    assert refused_code(idp, signed) == "signature_algorithm"


@pytest.mark.parametrize("algorithm", [b"", b"none", b"http://www.w3.org/2000/09/xmldsig#dsa-sha1"])
def test_an_algorithm_that_is_not_in_the_table_is_refused(idp, writer, algorithm):
    signed = writer.sign(writer.message()).replace(uris.RSA_SHA256.encode(), algorithm)

    assert refused_code(idp, signed) == "signature_algorithm"


# Content.


def test_a_forged_change_breaks_the_signature(idp, writer):
    signed = writer.sign(writer.message())

    assert writer.forged(signed) != signed
    assert refused_code(idp, writer.forged(signed)) == "MSIS0038"


@pytest.mark.parametrize("element", ["SignatureValue", "DigestValue"])
def test_an_empty_value_is_refused(idp, writer, element):
    pattern = rf"<ds:{element}>[^<]*</ds:{element}>".encode()
    signed = re.sub(
        pattern, f"<ds:{element}></ds:{element}>".encode(), writer.sign(writer.message())
    )

    assert refused_code(idp, signed) == "MSIS0038"


@pytest.mark.parametrize("namespace", ["1", "x", "../a"])
def test_a_canonicalisation_that_fails_is_not_one_of_nothing(namespace, idp, writer):
    """CVE-2025-66568 (ruby-saml): canonical XML has no relative namespaces, and nothing was hashed.

    The signature over nothing is a real one by the service provider's key.
    """
    declared = f" xmlns:x='{namespace}'".encode()
    digest = base64.b64encode(hashlib.sha256(b"").digest())
    signature = base64.b64encode(writer.identity.key.sign(b""))
    void = writer.forged(writer.sign(writer.message()))
    for element, value in (("DigestValue", digest), ("SignatureValue", signature)):
        void = re.sub(rf"(<ds:{element}>)[^<]*".encode(), rb"\g<1>" + value, void)
    void = void.replace(b" ID=", declared + b" ID=", 1)
    void = void.replace(b"<ds:SignedInfo", b"<ds:SignedInfo" + declared)

    assert refused_code(idp, void) == "MSIS0038"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_changed_byte_of_a_signed_request_changes_what_is_read(idp, writer, data):
    signed = writer.sign(writer.message())
    good = idp.read(signed)
    place = data.draw(st.integers(0, len(signed) - 1))
    byte = data.draw(st.integers(0, 255))

    changed = signed[:place] + bytes([byte]) + signed[place + 1 :]

    with contextlib.suppress(Refused):
        assert idp.read(changed) == good


@pytest.mark.parametrize("form", EXCLUSIVE)
@pytest.mark.parametrize("c14n", EXCLUSIVE)
def test_both_exclusive_canonicalisations_are_accepted(form, c14n, idp, writer):
    """saml-core §5.4.3 allows the one with comments, too."""
    signed = writer.sign(writer.message(), transforms=(xmlsec.Transform.ENVELOPED, form), c14n=c14n)

    assert idp.read(signed)
    assert refused_code(idp, writer.forged(signed)) == "MSIS0038"


@pytest.mark.parametrize("form", EXCLUSIVE)
@pytest.mark.parametrize("hidden", [b"<!--x-->", b"<?x y?>"])
def test_a_comment_cuts_no_signed_value_and_none_of_the_signature(form, hidden, idp, writer):
    with_comments = {"transforms": (xmlsec.Transform.ENVELOPED, form), "c14n": form}
    cut = writer.message().replace(b"</saml:Issuer>", hidden + b".evil.test</saml:Issuer>")
    signed = writer.sign(writer.message(), **with_comments)

    assert refused_code(idp, writer.sign(cut, **with_comments)) == "MSIS7007"
    for name in (b"DigestValue>", b"SignatureValue>", b"SignedInfo>"):
        changed = signed.replace(b"<ds:" + name, b"<ds:" + name + hidden, 1)
        assert refused_code(idp, changed) in ("signature_shape", "not_schema_valid")
