"""What an AuthnRequest asks for: where the answer goes, for whom, by which name and context."""

from __future__ import annotations

import pytest

from idp.saml import uris
from idp.saml.refusal import Refused
from idp.saml.values import EMAIL, NameID, NameIDPolicy

SP_ID = "https://sp.example.test/metadata"
ACS_URL = "https://sp.example.test/acs"


def refusal(idp, message, **more) -> Refused:
    with pytest.raises(Refused) as caught:
        idp.read(message, **more)
    return caught.value


def test_the_answer_goes_where_the_request_says_by_url_by_index_or_else_to_the_default(idp, writer):
    by_url = writer.message(AssertionConsumerServiceURL="https://sp.example.test/other")
    by_index = writer.message(AssertionConsumerServiceURL=None, AssertionConsumerServiceIndex="7")
    by_default = writer.message(AssertionConsumerServiceURL=None)

    assert idp.read(by_url).acs_url == "https://sp.example.test/other"
    assert idp.read(by_index).acs_url == "https://sp.example.test/other"
    assert idp.read(by_default).acs_url == ACS_URL


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.test/acs",
        "https://sp.example.test/acs/",
        "https://sp.example.test/acs/../other",
        "https://sp.example.test/acs?x=1",
        "https://sp.example.test/acs#x",
        "https://sp.example.test/ACS",
        "https://sp.example.test:443/acs",
        "https://user@sp.example.test/acs",
        "https://sp.example.test@evil.example.test/acs",
        "https://sp.example.test/ac",
        "https://sp.example.test/a%63s",
        "http://sp.example.test/acs",
        " https://sp.example.test/acs",
        "javascript:alert(1)",
        "https://sp.example.test/artifact",
        "",
    ],
)
def test_an_address_that_is_not_exactly_a_registered_one_is_refused_and_not_answered(
    idp, writer, url
):
    refused = refusal(idp, writer.sign(writer.message(AssertionConsumerServiceURL=url)))

    assert refused.code == "MSIS3200"
    assert (refused.status, refused.acs_url) == (None, None)


@pytest.mark.parametrize("index", ["1", "9", "65535"])
def test_an_index_that_is_not_registered_for_post_is_refused(idp, writer, index):
    xml = writer.message(AssertionConsumerServiceURL=None, AssertionConsumerServiceIndex=index)

    assert refusal(idp, xml).code == "MSIS3200"


def test_an_address_by_url_and_by_index_at_once_is_refused(idp, writer):
    assert refusal(idp, writer.message(AssertionConsumerServiceIndex="0")).code == "MSIS3200"


@pytest.mark.parametrize(
    ("attributes", "code", "status"),
    [
        ({"Version": "1.1"}, "wrong_version", (uris.VERSION_MISMATCH, None)),
        (
            {"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"},
            "unsupported_binding",
            (uris.RESPONDER, uris.UNSUPPORTED_BINDING),
        ),
        ({"ForceAuthn": "1", "IsPassive": "true"}, "force_and_passive", (uris.REQUESTER, None)),
    ],
)
def test_a_request_that_cannot_be_met_is_answered_with_a_status(
    idp, writer, attributes, code, status
):
    refused = refusal(idp, writer.message(**attributes))

    assert (refused.code, refused.status) == (code, status)
    assert refused.acs_url == ACS_URL
    assert refused.in_response_to == "_request1"
    assert refused.issuer == SP_ID


@pytest.mark.parametrize(("written", "meant"), [("true", True), ("1", True), ("false", False)])
def test_is_passive_is_read(idp, writer, written, meant):
    assert idp.read(writer.message(IsPassive=written)).is_passive is meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", NameIDPolicy()),
        ("<samlp:NameIDPolicy/>", NameIDPolicy()),
        ('<samlp:NameIDPolicy Format="" SPNameQualifier=""/>', NameIDPolicy()),
        (f'<samlp:NameIDPolicy Format="{EMAIL}"/>', NameIDPolicy(EMAIL)),
        ('<samlp:NameIDPolicy AllowCreate="1"/>', NameIDPolicy(allow_create=True)),
        ('<samlp:NameIDPolicy AllowCreate="false"/>', NameIDPolicy(allow_create=False)),
        ('<samlp:NameIDPolicy AllowCreate="0"/>', NameIDPolicy(allow_create=False)),
        (
            '<samlp:NameIDPolicy SPNameQualifier="urn:group"/>',
            NameIDPolicy(sp_name_qualifier="urn:group"),
        ),
    ],
)
def test_the_name_asked_for_is_read(idp, writer, written, meant):
    assert idp.read(writer.message(written)).name_id_policy == meant


@pytest.mark.parametrize(
    ("inside", "meant"),
    [
        (f'<saml:NameID Format="{EMAIL}">a<!-- x -->b</saml:NameID>', NameID("ab", EMAIL)),
        ("<saml:NameID>alice</saml:NameID>", NameID("alice")),
        (
            '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            "<saml:NameID>mallory</saml:NameID></saml:SubjectConfirmation>",
            None,
        ),
    ],
    ids=["with a format", "without", "only a confirmation"],
)
def test_the_subject_of_a_request_is_read(idp, writer, inside, meant):
    assert idp.read(writer.message(f"<saml:Subject>{inside}</saml:Subject>")).subject == meant


def test_a_subject_that_cannot_be_read_is_not_taken_for_none(idp, writer):
    base_id = (
        '<saml:BaseID xmlns:x="urn:x" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:type="x:own"/>'
    )
    encrypted = (
        '<saml:EncryptedID><e:EncryptedData xmlns:e="http://www.w3.org/2001/04/xmlenc#">'
        "<e:CipherData><e:CipherValue>AAAA</e:CipherValue></e:CipherData>"
        "</e:EncryptedData></saml:EncryptedID>"
    )

    refused = refusal(idp, writer.message(f"<saml:Subject>{encrypted}</saml:Subject>"))

    assert refused.status == (uris.RESPONDER, uris.UNKNOWN_PRINCIPAL)
    assert refused.acs_url == ACS_URL
    assert refusal(idp, writer.message(f"<saml:Subject>{base_id}</saml:Subject>")).code in (
        "unknown_principal",
        "not_schema_valid",
    )


def test_optional_attributes_that_mean_nothing_here_are_tolerated(idp, writer):
    xml = writer.message(
        ProviderName="Wiki",
        Consent="urn:oasis:names:tc:SAML:2.0:consent:obtained",
        AttributeConsumingServiceIndex="3",
    )

    assert idp.read(xml).id == "_request1"


def context(inner: str, comparison: str = "") -> str:
    return f"<samlp:RequestedAuthnContext{comparison}>{inner}</samlp:RequestedAuthnContext>"


def test_the_contexts_asked_for_are_read_in_their_order(idp, writer):
    classes = "".join(
        f"<saml:AuthnContextClassRef>{each}</saml:AuthnContextClassRef>"
        for each in ("urn:b", "urn:<!---->a")
    )

    request = idp.read(writer.message(context(classes, ' Comparison="minimum"')))

    assert request.requested_contexts == ("urn:b", "urn:a")
    assert request.comparison == "minimum"


def test_contexts_by_declaration_are_not_taken_for_no_demand(idp, writer):
    declaration = "<saml:AuthnContextDeclRef>urn:a</saml:AuthnContextDeclRef>"

    refused = refusal(idp, writer.message(context(declaration)))

    assert refused.status == (uris.RESPONDER, uris.NO_AUTHN_CONTEXT)
    assert refused.acs_url == ACS_URL


def test_subject_conditions_scoping_and_extensions_are_tolerated(idp, writer):
    children = (
        '<samlp:Extensions><x:y xmlns:x="urn:made-up" x:z="1"><x:w/></x:y></samlp:Extensions>'
        "<saml:Subject><saml:NameID>somebody</saml:NameID></saml:Subject>"
        '<saml:Conditions NotBefore="2026-11-24T12:00:00Z"/>'
        '<samlp:Scoping ProxyCount="1"/>'
    )

    assert idp.read(writer.message(children)).id == "_request1"
    assert idp.read(writer.sign(writer.message(children))).signed
