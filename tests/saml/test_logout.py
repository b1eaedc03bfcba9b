"""Log-out messages are read only when all that SAML and AD FS ask of them holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree
from support.clock import SetClock
from support.service_providers.metadata_parts import SP_ID
from support.service_providers.received_logout import (
    ALICES_NAME,
    IDP_ID,
    LS,
    SLO,
    received,
    request,
    response,
    slo,
    written,
)
from support.service_providers.saml_messages import NOW
from support.service_providers.service_provider import (
    AbsentServer,
    ServiceProvider,
)

from idp.saml import uris, xmlcrypto
from idp.saml.bindings import SamlMessage, decode_redirect, encode_redirect
from idp.saml.logout import (
    MAX_SESSION_INDEXES,
    is_logout,
    read_logout,
    send_logout_request,
    send_logout_response,
)
from idp.saml.messages import RequestRules
from idp.saml.refusal import Refused
from idp.saml.signature import check_redirect
from idp.saml.values import (
    POST,
    REDIRECT,
    UNSPECIFIED,
    AssertionConsumerService,
    LogoutRequest,
    LogoutResponse,
    NameID,
)
from idp.saml.values import (
    ServiceProvider as KnownProvider,
)

BINDINGS = [REDIRECT, POST]
both_bindings = pytest.mark.parametrize("binding", BINDINGS, ids=["redirect", "post"])


either_kind = pytest.mark.parametrize("send", [request, response], ids=["request", "response"])


@pytest.fixture
def sp(identities) -> ServiceProvider:
    """A service provider whose messages are read without a server."""
    return ServiceProvider(AbsentServer(SetClock(NOW)), identities.sp.pem)


@pytest.fixture
def read(sp):
    """Read a message of either kind at the time and by the trust of the service provider."""

    def read(message, *, now=NOW, certificates=(sp.key.certificate,), known=True):
        trust = KnownProvider(
            SP_ID, (AssertionConsumerService(SLO),), signing_certificates=certificates
        )
        return read_logout(
            message,
            find_trust={SP_ID: RequestRules(trust)}.get if known else lambda _: None,
            destinations=(LS,),
            now=now,
        )

    return read


@pytest.fixture
def code(read):
    """Return the code by which a message is refused."""

    def code(message, **options) -> str:
        with pytest.raises(Refused) as refused:
            read(message, **options)
        return refused.value.code

    return code


@both_bindings
def test_a_signed_request_is_read(binding, sp, read):
    message = request(sp, binding, "_index1", "_index2")

    assert is_logout(message)
    assert read(message) == LogoutRequest("_logout1", SP_ID, ALICES_NAME, ("_index1", "_index2"))
    assert message.relay_state == "rs"


@both_bindings
def test_a_signed_response_is_read(binding, sp, read):
    message = response(sp, binding, (uris.RESPONDER, uris.PARTIAL_LOGOUT))

    assert is_logout(message)
    assert read(message) == LogoutResponse(
        "_answer1", SP_ID, "_ours", (uris.RESPONDER, uris.PARTIAL_LOGOUT)
    )


def test_a_name_without_a_format_is_unspecified_and_its_qualifiers_are_kept(sp, read):
    message = written(
        sp, '<saml:NameID NameQualifier="n" SPNameQualifier="s"> al<!-- -->ice </saml:NameID>'
    )
    assert read(message).name_id == NameID("alice", UNSPECIFIED, "n", "s")
    assert read(message).session_indexes == ()


def without_signature(message: SamlMessage) -> SamlMessage:
    root = etree.fromstring(message.xml)
    for each in root.findall(f"{{{uris.XMLDSIG}}}Signature"):
        root.remove(each)
    return SamlMessage(
        etree.tostring(root), message.relay_state, message.binding, message.parameter
    )


@both_bindings
@either_kind
def test_an_unsigned_message_is_refused(send, binding, sp, code):
    assert code(without_signature(send(sp, binding))) == "MSIS7084"


@either_kind
def test_a_signature_inside_the_message_does_not_sign_a_query(send, sp, code):
    signed = send(sp, POST)
    query = encode_redirect(signed.xml, parameter=signed.parameter, relay_state="another")
    assert code(decode_redirect(query.encode())) == "MSIS7084"


@both_bindings
@either_kind
def test_a_message_signed_by_another_key_is_refused(send, binding, sp, code, identities):
    message = send(sp, binding)
    assert code(message, certificates=(identities.stranger.certificate,)) == "MSIS0038"
    assert code(message, certificates=()) == "no_signing_certificate"


def test_a_changed_message_is_refused(sp, code):
    message = request(sp, POST)
    xml = message.xml.replace(b"alice@", b"mallory@")
    assert code(SamlMessage(xml, None, POST)) == "MSIS0038"


def test_a_changed_relay_state_is_refused(sp, code):
    question = LogoutRequest("_1", SP_ID, ALICES_NAME)
    carried = send_logout_request(
        question, to=slo(REDIRECT), relay_state="mine", now=NOW, key=sp.key
    )
    query = carried.address.partition("?")[2].replace("mine", "yours")
    assert code(decode_redirect(query.encode())) == "MSIS0038"


@both_bindings
@either_kind
def test_a_message_of_an_unknown_service_provider_is_refused(send, binding, sp, code):
    assert code(send(sp, binding), known=False) == "MSIS7007"


@either_kind
def test_an_old_message_and_one_of_the_future_are_refused(send, sp, code):
    message = send(sp)
    assert code(message, now=NOW + timedelta(minutes=9)) == "not_fresh"
    assert code(message, now=NOW - timedelta(minutes=4)) == "not_fresh"


NAME = "<saml:NameID>alice</saml:NameID>"
ENCRYPTED = (
    '<saml:EncryptedID><x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"><x:CipherData>'
    "<x:CipherValue>AAAA</x:CipherValue></x:CipherData></x:EncryptedData></saml:EncryptedID>"
)
WRONG = {
    # what is wrong                  (children, attributes, code)
    "another destination":           (NAME, {"Destination": SLO}, "wrong_destination"),
    "no destination":                (NAME, {"Destination": None}, "wrong_destination"),
    "another version":               (NAME, {"Version": "1.1"}, "wrong_version"),
    "ended by its own word":         (NAME, {"NotOnOrAfter": "2026-11-24T11:57:00Z"}, "not_fresh"),
    "ends at a time that is none":   (NAME, {"NotOnOrAfter": "99999-11-24T11:57:00Z"}, "not_fresh"),
    "an encrypted name":             (ENCRYPTED, {}, "unreadable_name_id"),
    "no name":                       ("", {}, "not_schema_valid"),
    "two names":                     (NAME * 2, {}, "not_schema_valid"),
    "too many sessions":             (
        NAME + "<samlp:SessionIndex>1</samlp:SessionIndex>" * (MAX_SESSION_INDEXES + 1),
        {},
        "too_many_session_indexes",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("children", "attributes", "expected"), WRONG.values(), ids=WRONG)
def test_a_wrong_request_is_refused(children, attributes, expected, sp, code):
    assert code(written(sp, children, **attributes)) == expected


def test_a_request_is_good_until_its_own_end(sp, read):
    message = written(sp, NAME, NotOnOrAfter="2026-11-24T11:57:01Z")
    assert read(message).name_id.value == "alice"


@pytest.mark.parametrize("answers", [None, ""])
def test_a_response_to_nothing_is_refused(answers, sp, code):
    status = f'<samlp:Status><samlp:StatusCode Value="{uris.SUCCESS}"/></samlp:Status>'
    message = written(sp, status, name="LogoutResponse", InResponseTo=answers)
    as_response = SamlMessage(
        message.xml, None, REDIRECT, "SAMLResponse", message.redirect_signature
    )
    assert code(as_response) in ("unsolicited", "not_schema_valid")


def test_a_request_is_not_a_response_and_an_authn_request_is_not_a_log_out(sp, code):
    question = request(sp)
    assert code(SamlMessage(question.xml, None, POST, "SAMLResponse")) == "MSIS7015"
    sign_on = b'<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"/>'
    assert not is_logout(SamlMessage(sign_on, None, POST))
    hiding = sign_on.replace(b"/>", b" ID='LogoutRequest'/>")
    assert not is_logout(SamlMessage(hiding, None, POST))


@pytest.mark.parametrize("who", ["idp", "idp_ec"])
@both_bindings
def test_a_message_is_signed_by_either_kind_of_key(binding, who, identities, sp, read):
    mine = getattr(identities, who)
    message = request(sp, binding, key=mine.key)

    if binding == REDIRECT:
        check_redirect(message.redirect_signature, [mine.certificate])
    else:
        root = etree.fromstring(message.xml)
        signature = root.find(f"{{{uris.XMLDSIG}}}Signature")
        assert xmlcrypto.verifies(root, signature, mine.certificate)
    assert read(message, certificates=(mine.certificate,)).id == "_logout1"


def test_a_response_goes_to_the_response_location(sp):
    to = slo(POST, SLO, "https://sp.example.test/slo/answers")
    answer = LogoutResponse("_a", IDP_ID, "_r", (uris.SUCCESS, None))
    carried = send_logout_response(answer, to=to, relay_state=None, now=NOW, key=sp.key)

    assert carried.address == "https://sp.example.test/slo/answers"
    assert "RelayState" not in carried.fields
    assert b'Destination="https://sp.example.test/slo/answers"' in received(carried).xml


def test_an_address_with_a_query_keeps_it(sp):
    question = LogoutRequest("_1", IDP_ID, ALICES_NAME)
    to = slo(REDIRECT, f"{SLO}?tenant=1")
    carried = send_logout_request(question, to=to, relay_state="x", now=NOW, key=sp.key)
    assert carried.address.startswith(f"{SLO}?tenant=1&SAMLRequest=")
    assert b"?tenant=1" in received(carried).xml
