"""Each shape of response: its signatures hold, pysaml2's service provider accepts it."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product

import pytest
import saml2
import xmlsec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from idp.embedded.test_sp.pysaml2_client import make_sp_client
from idp.saml import schema, uris
from idp.saml.assertions import UnsignedResponse, write_response, write_status_response
from idp.saml.canonical import UnwritableCharacter
from idp.saml.contexts import PASSWORD_PROTECTED_TRANSPORT
from idp.saml.metadata import write_idp_metadata
from idp.saml.values import EMAIL, Assertion, Attribute, NameID

IDP_ID = "http://idp.example.test/adfs/services/trust"
SP_ID = "https://sp.example.test/metadata"
ACS_URL = "https://sp.example.test/acs"
UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
NS = {"samlp": uris.PROTOCOL, "saml": uris.ASSERTION, "ds": uris.XMLDSIG}
NOW = datetime.now(UTC)

ASSERTION = Assertion(
    id="_a1",
    issuer=IDP_ID,
    audience=SP_ID,
    recipient=ACS_URL,
    in_response_to="_request1",
    issue_instant=NOW,
    not_before=NOW,
    not_on_or_after=NOW + timedelta(hours=1),
    confirmation_not_on_or_after=NOW + timedelta(hours=1),
    authn_instant=NOW - timedelta(minutes=1),
    session_index="_a1",
    session_not_on_or_after=NOW + timedelta(hours=8),
    authn_context_class=PASSWORD_PROTECTED_TRANSPORT,
    name_id=NameID("ada@example.test", EMAIL),
    attributes=(Attribute(UPN, ("ada@example.test",)), Attribute("urn:groups", ("a", "b"))),
)

WRITABLE = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[chr(code) for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)],
)
SIGNED = [(True, False), (False, True), (True, True)]


@pytest.fixture(params=["idp", "idp_ec"], ids=["RSA", "ECDSA"])
def us(request, identities):
    return getattr(identities, request.param)


def write(identity, assertion=ASSERTION, *, signed=(True, False)) -> bytes:
    return write_response(
        assertion,
        response_id="_r1",
        destination=ACS_URL,
        key=identity.key,
        sign_assertion=signed[0],
        sign_response=signed[1],
    )


def verify(element: etree._Element, identity) -> None:
    """Verify *element*'s own signature with libxmlsec1, which makes its canonical form anew."""
    (signature,) = element.findall("ds:Signature", NS)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(identity.pem.certificate, xmlsec.KeyFormat.CERT_PEM)
    context.register_id(element, "ID")
    context.verify(signature)


SHAPES = {
    "full": ASSERTION,
    "no NameID": replace(ASSERTION, name_id=None),
    "unsolicited": replace(ASSERTION, in_response_to=None),
    "no session end": replace(ASSERTION, session_not_on_or_after=None),
    "no attributes": replace(ASSERTION, attributes=()),
    "bare": replace(
        ASSERTION, name_id=None, in_response_to=None, session_not_on_or_after=None, attributes=()
    ),
}


@pytest.mark.parametrize("signed", SIGNED, ids=["assertion", "response", "both"])
@pytest.mark.parametrize("assertion", SHAPES.values(), ids=SHAPES.keys())
def test_every_shape_is_valid_and_its_signatures_hold(us, assertion, signed):
    response = etree.fromstring(write(us, assertion, signed=signed))

    assert schema.protocol().validate(response), schema.protocol().error_log
    if signed[1]:
        verify(response, us)
    if signed[0]:
        verify(response.find("saml:Assertion", NS), us)
    assert len(response.findall(".//ds:Signature", NS)) == sum(signed)


@pytest.mark.parametrize("signed", SIGNED, ids=["assertion", "response", "both"])
@pytest.mark.parametrize("assertion", SHAPES.values(), ids=SHAPES.keys())
def test_every_shape_is_accepted_by_pysaml2(client_of, us, assertion, signed):
    client = client_of(us, signed)

    answer = client.parse_authn_request_response(
        base64.b64encode(write(us, assertion, signed=signed)).decode(),
        saml2.BINDING_HTTP_POST,
        outstanding={"_request1": "/"},
    )

    assert answer.issuer() == IDP_ID
    assert answer.in_response_to == assertion.in_response_to
    assert answer.ava == {each.name: list(each.values) for each in assertion.attributes}
    assert answer.authn_info()[0][0] == PASSWORD_PROTECTED_TRANSPORT
    if assertion.name_id is not None:
        assert answer.name_id.text == "ada@example.test"


@pytest.fixture(scope="module")
def client_of(identities):
    """The test client that trusts us and wants those signatures; each is made once."""
    return cache(lambda us, signed: make_client(identities.sp, us, signed))


def make_client(sp, us, signed):
    metadata = write_idp_metadata(
        entity_id=IDP_ID,
        ls_url="https://idp.example.test/adfs/ls/",
        certificates=[us.certificate],
        key=us.key,
        now=NOW,
    )
    return make_sp_client(
        entity_id=SP_ID,
        acs_urls=[ACS_URL],
        idp_metadata=metadata.decode(),
        key_pem=sp.pem.private_key,
        cert_pem=sp.pem.certificate,
        want_assertions_signed=signed[0],
        want_response_signed=signed[1],
    )


@pytest.mark.parametrize(("wanted", "signed"), [((True, False), (False, True)),
                                               ((False, True), (True, False))])  # fmt: skip
def test_pysaml2_refuses_a_response_that_lacks_the_signature_it_wants(
    identities, client_of, wanted, signed
):
    client = client_of(identities.idp, wanted)
    response = base64.b64encode(write(identities.idp, signed=signed)).decode()

    with pytest.raises(saml2.sigver.SignatureError):
        client.parse_authn_request_response(
            response, saml2.BINDING_HTTP_POST, outstanding={"_request1": "/"}
        )


def test_the_shape_is_that_of_adfs(identities):
    response = etree.fromstring(write(identities.idp))

    assert [child.tag.rpartition("}")[2] for child in response] == ["Issuer", "Status", "Assertion"]
    assert dict(response.attrib) == {
        "ID": "_r1",
        "Version": "2.0",
        "IssueInstant": response.get("IssueInstant"),
        "Destination": ACS_URL,
        "Consent": "urn:oasis:names:tc:SAML:2.0:consent:unspecified",
        "InResponseTo": "_request1",
    }
    assertion = response.find("saml:Assertion", NS)
    assert [child.tag.rpartition("}")[2] for child in assertion] == [
        "Issuer", "Signature", "Subject", "Conditions", "AttributeStatement", "AuthnStatement",
    ]  # fmt: skip
    assert all(set(each.attrib) == {"Name"} for each in assertion.iterfind(".//saml:Attribute", NS))


def test_nothing_is_signed_with_sha1(us):
    assert b"sha1" not in write(us, signed=(True, True))


def test_a_response_without_any_signature_is_never_written(identities):
    with pytest.raises(UnsignedResponse):
        write(identities.idp, signed=(False, False))


def test_a_changed_attribute_breaks_the_signature(identities):
    response = etree.fromstring(write(identities.idp).replace(b">ada@", b">eve@"))

    with pytest.raises(xmlsec.Error):
        verify(response.find("saml:Assertion", NS), identities.idp)


def shape_of(xml: bytes) -> list[str]:
    return [element.tag for element in etree.fromstring(xml).iter()]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(WRITABLE), min_size=9, max_size=9),
    signed=st.sampled_from(SIGNED),
    ec=st.booleans(),
)
def test_any_unicode_comes_back_as_it_was_and_adds_no_element(identities, texts, signed, ec):
    identity = identities.idp_ec if ec else identities.idp
    issuer, audience, recipient, name_id, form, name, value, session, context = texts
    assertion = replace(
        ASSERTION,
        issuer=issuer,
        audience=audience,
        recipient=recipient,
        name_id=NameID(name_id, form),
        attributes=(Attribute(name, (value,)),),
        session_index=session,
        authn_context_class=context,
    )
    plain = replace(ASSERTION, attributes=(Attribute("x", ("y",)),))

    xml = write(identity, assertion, signed=signed)

    assert shape_of(xml) == shape_of(write(identity, plain, signed=signed))
    response = etree.fromstring(xml)
    written = response.find("saml:Assertion", NS)
    found = [
        written.findtext("saml:Issuer", "", NS),
        written.findtext(".//saml:Audience", "", NS),
        written.find(".//saml:SubjectConfirmationData", NS).get("Recipient"),
        written.findtext(".//saml:NameID", "", NS),
        written.find(".//saml:NameID", NS).get("Format"),
        written.find(".//saml:Attribute", NS).get("Name"),
        written.findtext(".//saml:AttributeValue", "", NS),
        written.find("saml:AuthnStatement", NS).get("SessionIndex"),
        written.findtext(".//saml:AuthnContextClassRef", "", NS),
    ]
    assert found == texts
    for element, is_signed in zip((written, response), signed, strict=True):
        if is_signed:
            verify(element, identity)


@pytest.mark.parametrize("field", ["issuer", "audience", "recipient", "session_index"])
def test_a_character_that_xml_cannot_hold_is_an_error(identities, field):
    with pytest.raises(UnwritableCharacter):
        write(identities.idp, replace(ASSERTION, **{field: "a\0b"}))


# Responses that only tell a status.


@pytest.mark.parametrize(
    ("second", "in_response_to", "signed"),
    list(product([None, uris.NO_PASSIVE], [None, "_request1"], [True, False])),
)
def test_a_status_is_sent_signed_or_not(us, second, in_response_to, signed):
    xml = write_status_response(
        response_id="_r1",
        issuer=IDP_ID,
        destination=ACS_URL,
        in_response_to=in_response_to,
        issue_instant=NOW,
        status=(uris.RESPONDER, second),
        key=us.key if signed else None,
    )

    response = etree.fromstring(xml)
    assert schema.protocol().validate(response), schema.protocol().error_log
    codes = [each.get("Value") for each in response.iterfind(".//samlp:StatusCode", NS)]
    assert codes == [uris.RESPONDER, *([second] if second else [])]
    assert response.get("InResponseTo") == in_response_to
    assert response.find("saml:Assertion", NS) is None
    if signed:
        verify(response, us)


def test_pysaml2_understands_the_status(identities, client_of):
    xml = write_status_response(
        response_id="_r1",
        issuer=IDP_ID,
        destination=ACS_URL,
        in_response_to="_request1",
        issue_instant=NOW,
        status=(uris.RESPONDER, uris.NO_PASSIVE),
        key=identities.idp.key,
    )
    client = client_of(identities.idp, (True, False))

    with pytest.raises(saml2.response.StatusNoPassive):
        client.parse_authn_request_response(
            base64.b64encode(xml).decode(),
            saml2.BINDING_HTTP_POST,
            outstanding={"_request1": "/"},
        )
