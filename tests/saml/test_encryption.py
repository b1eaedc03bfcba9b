"""What is encrypted can be read by its owner alone, says how, and is as XML Encryption has it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from idp.saml import schema, uris, xmlcrypto
from idp.saml.assertions import UnsignedResponse, write_response
from idp.saml.encryption import UnusableEncryptionKey, encrypt
from idp.saml.values import Assertion, Attribute, Encryption, NameID

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ELEMENT = '<a xmlns="urn:x" b="&lt;&quot;">h\u00e9 &amp; \U0001f0a1</a>'
ASSERTION = Assertion(
    id="_a1",
    issuer="http://idp.example.test/adfs/services/trust",
    audience="https://sp.example.test/metadata",
    recipient="https://sp.example.test/acs",
    in_response_to="_request1",
    issue_instant=NOW,
    not_before=NOW,
    not_on_or_after=NOW,
    confirmation_not_on_or_after=NOW,
    authn_instant=NOW,
    session_index="_a1",
    session_not_on_or_after=None,
    authn_context_class="urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    name_id=NameID("secret-name"),
    attributes=(Attribute("role", ("secret-role",)),),
)


def opened(encrypted: str, identity) -> bytes | None:
    """Return what is inside, as libxmlsec1 opens it; None when the key does not fit."""
    root = etree.fromstring(f"<root>{encrypted}</root>")
    if xmlcrypto.decrypt(root[0], identity.pem.private_key) is None:
        return None
    return etree.tostring(root[0], method="c14n", exclusive=True)


def algorithms(encrypted: str) -> list[str]:
    return re.findall(r'Algorithm="([^"]+)"', encrypted)


TRANSPORTS = [{}, {"sha256_transport": True}, {"oaep11_transport": True}]
CONTENTS = [{}, {"aes128": True}, {"cbc": True}]


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("content", CONTENTS)
def test_the_owner_alone_opens_an_encrypted_assertion(identities, transport, content):
    encryption = Encryption(identities.sp.certificate, **transport, **content)

    encrypted = encrypt(ELEMENT, encryption)

    assert opened(encrypted, identities.sp) == ELEMENT.encode()
    assert opened(encrypted, identities.stranger) is None


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({}, [uris.AES256_GCM, uris.RSA_OAEP, uris.SHA1]),
        ({"sha256_transport": True}, [uris.AES256_GCM, uris.RSA_OAEP, uris.SHA256]),
        (
            {"oaep11_transport": True},
            [uris.AES256_GCM, uris.RSA_OAEP_11, uris.SHA256, uris.MGF1_SHA256],
        ),
        ({"aes128": True}, [uris.AES128_GCM, uris.RSA_OAEP, uris.SHA1]),
        ({"cbc": True}, [uris.AES256_CBC, uris.RSA_OAEP, uris.SHA1]),
    ],
)
def test_an_encrypted_assertion_names_its_algorithms(identities, how, told):
    encrypted = encrypt(ELEMENT, Encryption(identities.sp.certificate, **how))

    assert algorithms(encrypted) == told


@pytest.mark.parametrize("how", TRANSPORTS)
def test_an_encrypted_assertion_is_in_canonical_form(identities, how):
    encrypted = encrypt(ELEMENT, Encryption(identities.sp.certificate, **how))

    root = etree.fromstring(encrypted)
    assert etree.tostring(root, method="c14n", exclusive=True) == encrypted.encode()


def test_no_key_and_no_nonce_is_used_twice(identities):
    values = [
        value
        for _ in range(20)
        for value in re.findall(
            "<xenc:CipherValue>([^<]{24})", encrypt(ELEMENT, Encryption(identities.sp.certificate))
        )
    ]

    assert len(values) == len(set(values)) == 40


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=70))
@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("cbc", [False, True])
def test_any_length_and_any_text_comes_out_as_it_went_in(identities, cbc, text):
    element = f"<a>{''.join(char for char in text if char not in '<>&' and char.isprintable())}</a>"

    encrypted = encrypt(element, Encryption(identities.sp.certificate, cbc=cbc))

    assert opened(encrypted, identities.sp) == element.encode()


def test_an_altered_message_in_gcm_is_not_opened(identities):
    encrypted = encrypt(ELEMENT, Encryption(identities.sp.certificate))
    *_, value, tail = re.split("(?<=<xenc:CipherValue>)([^<]+)", encrypted)[-3:]
    at = len(encrypted) - len(tail) - len(value)
    flipped = "A" if value[20] != "A" else "B"

    assert opened(encrypted[: at + 20] + flipped + encrypted[at + 21 :], identities.sp) is None


def test_a_key_that_is_not_rsa_is_refused(identities):
    with pytest.raises(UnusableEncryptionKey, match="RSA"):
        encrypt(ELEMENT, Encryption(identities.idp_ec.certificate))


def response(identities, encryption, **more) -> bytes:
    return write_response(
        ASSERTION,
        response_id="_r1",
        destination=ASSERTION.recipient,
        key=identities.idp.key,
        encryption=encryption,
        **more,
    )


@pytest.mark.parametrize("parts", [(True, False), (False, True), (True, True)])
def test_a_response_with_encryption_is_valid_by_the_schema(identities, parts):
    assertion, name_id = parts
    encryption = Encryption(identities.sp.certificate, assertion=assertion, name_id=name_id)

    xml = response(identities, encryption, sign_response=True)

    assert schema.protocol().validate(etree.fromstring(xml))
    assert (b"<EncryptedAssertion" in xml, b"<EncryptedID" in xml) == (assertion, not assertion)


def test_nothing_of_an_encrypted_assertion_is_in_clear_text(identities):
    xml = response(identities, Encryption(identities.sp.certificate), sign_response=True)

    for secret in (b"secret", b"<Assertion", b"AttributeStatement", b"_request1</"):
        assert secret not in xml


def test_an_encrypted_name_leaves_the_rest_in_the_clear(identities):
    encryption = Encryption(identities.sp.certificate, assertion=False, name_id=True)

    xml = response(identities, encryption)

    assert b"secret-name" not in xml
    assert b"<NameID" not in xml
    assert b"secret-role" in xml


@pytest.mark.parametrize("kind", ["idp", "idp_ec"])
def test_the_assertion_is_signed_inside_and_the_response_outside(identities, kind):
    signer = getattr(identities, kind)
    xml = write_response(
        ASSERTION,
        response_id="_r1",
        destination=ASSERTION.recipient,
        key=signer.key,
        sign_response=True,
        encryption=Encryption(identities.sp.certificate, name_id=True),
    )
    root = etree.fromstring(xml)

    assert xmlcrypto.verifies(root, root.find(f"{{{uris.XMLDSIG}}}Signature"), signer.certificate)
    [encrypted] = root.iter(f"{{{uris.XMLENC}}}EncryptedData")
    assertion = xmlcrypto.decrypt(encrypted, identities.sp.pem.private_key)
    signature = assertion.find(f"{{{uris.XMLDSIG}}}Signature")
    assert xmlcrypto.verifies(assertion, signature, signer.certificate)


def test_encryption_is_no_signature(identities):
    with pytest.raises(UnsignedResponse):
        response(identities, Encryption(identities.sp.certificate), sign_assertion=False)
