"""Log-out messages are read only when all that SAML and AD FS ask of them holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from idp.saml import uris, xmlcrypto
from idp.saml.bindings import SamlMessage, decode_post, decode_redirect, encode_redirect
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
    EMAIL,
    POST,
    REDIRECT,
    UNSPECIFIED,
    AssertionConsumerService,
    LogoutRequest,
    LogoutResponse,
    NameID,
    ServiceProvider,
    SingleLogoutService,
)

SP_ID = "https://sp.example.test/metadata"
IDP_ID = "http://idp.example.test/adfs/services/trust"
LS = "https://idp.example.test/adfs/ls/"
SLO = "https://sp.example.test/slo"
ALICE = NameID("alice@example.test", EMAIL)
BINDINGS = [REDIRECT, POST]
both_bindings = pytest.mark.parametrize("binding", BINDINGS, ids=["redirect", "post"])


def slo(binding: str, location: str = LS, answers: str | None = None) -> SingleLogoutService:
    return SingleLogoutService(location, binding, answers)


class Sender:
    """A service provider that sends log-out messages, the wrong ones too."""

    def __init__(self, identity) -> None:
        self.key = identity.key
        self.certificates = (identity.certificate,)
        self.now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def request(self, binding: str = POST, *indexes: str, key=None, now=None, **fields):
        request = LogoutRequest(
            **{
                "id": "_logout1",
                "issuer": SP_ID,
                "name_id": ALICE,
                "session_indexes": indexes or ("_index1",),
                **fields,
            }
        )
        carried = send_logout_request(
            request, to=slo(binding), relay_state="rs", now=now or self.now, key=key or self.key
        )
        return received(carried)

    def response(self, binding: str = POST, status=(uris.SUCCESS, None), **fields):
        response = LogoutResponse("_answer1", SP_ID, "_ours", status)
        carried = send_logout_response(
            response, to=slo(binding), relay_state="rs", now=self.now, key=self.key, **fields
        )
        return received(carried)

    def written(self, children: str, *, name: str = "LogoutRequest", **attributes: str | None):
        """Return a message by hand, signed in the query."""
        given = {
            "ID": "_logout1",
            "Version": "2.0",
            "IssueInstant": "2026-11-24T12:00:00Z",
            "Destination": LS,
        } | attributes
        text = " ".join(f'{key}="{value}"' for key, value in given.items() if value is not None)
        xml = (
            f'<p:{name} xmlns:p="{uris.PROTOCOL}" xmlns:a="{uris.ASSERTION}" {text}>'
            f"<a:Issuer>{SP_ID}</a:Issuer>{children}</p:{name}>"
        ).encode()
        return decode_redirect(encode_redirect(xml, key=self.key).encode())


def received(carried) -> SamlMessage:
    if carried.fields:
        (parameter,) = carried.fields.keys() - {"RelayState"}
        return decode_post(
            carried.fields[parameter], carried.fields.get("RelayState"), parameter=parameter
        )
    return decode_redirect(carried.address.partition("?")[2].encode())


@pytest.fixture
def logout_sender(identities) -> Sender:
    return Sender(identities.sp)


@pytest.fixture
def read(logout_sender):
    """Read a message of either kind at the time and by the trust of the service provider."""

    def read(message, *, now=None, certificates=logout_sender.certificates, known=True):
        trust = ServiceProvider(
            SP_ID, (AssertionConsumerService(SLO),), signing_certificates=certificates
        )
        return read_logout(
            message,
            find_trust={SP_ID: RequestRules(trust)}.get if known else lambda _: None,
            destinations=(LS,),
            now=now or logout_sender.now,
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
def test_a_signed_request_is_read(binding, logout_sender, read):
    message = logout_sender.request(binding, "_index1", "_index2")

    assert is_logout(message)
    assert read(message) == LogoutRequest("_logout1", SP_ID, ALICE, ("_index1", "_index2"))
    assert message.relay_state == "rs"


@both_bindings
def test_a_signed_response_is_read(binding, logout_sender, read):
    message = logout_sender.response(binding, (uris.RESPONDER, uris.PARTIAL_LOGOUT))

    assert is_logout(message)
    assert read(message) == LogoutResponse(
        "_answer1", SP_ID, "_ours", (uris.RESPONDER, uris.PARTIAL_LOGOUT)
    )


def test_a_name_without_a_format_is_unspecified_and_its_qualifiers_are_kept(logout_sender, read):
    message = logout_sender.written(
        '<a:NameID NameQualifier="n" SPNameQualifier="s"> al<!-- -->ice </a:NameID>'
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
@pytest.mark.parametrize("kind", ["request", "response"])
def test_an_unsigned_one_is_refused(kind, binding, logout_sender, code):
    assert code(without_signature(getattr(logout_sender, kind)(binding))) == "MSIS7084"


@pytest.mark.parametrize("kind", ["request", "response"])
def test_a_signature_inside_the_message_does_not_sign_a_query(kind, logout_sender, code):
    signed = getattr(logout_sender, kind)(POST)
    query = encode_redirect(signed.xml, parameter=signed.parameter, relay_state="another")
    assert code(decode_redirect(query.encode())) == "MSIS7084"


@both_bindings
@pytest.mark.parametrize("kind", ["request", "response"])
def test_one_signed_by_another_key_is_refused(kind, binding, logout_sender, code, identities):
    message = getattr(logout_sender, kind)(binding)
    assert code(message, certificates=(identities.stranger.certificate,)) == "MSIS0038"
    assert code(message, certificates=()) == "no_signing_certificate"


def test_a_changed_message_is_refused(logout_sender, code):
    message = logout_sender.request(POST)
    xml = message.xml.replace(b"alice@", b"mallory@")
    assert code(SamlMessage(xml, None, POST)) == "MSIS0038"


def test_a_changed_relay_state_is_refused(logout_sender, code):
    request = LogoutRequest("_1", SP_ID, ALICE)
    carried = send_logout_request(
        request, to=slo(REDIRECT), relay_state="mine", now=logout_sender.now, key=logout_sender.key
    )
    query = carried.address.partition("?")[2].replace("mine", "yours")
    assert code(decode_redirect(query.encode())) == "MSIS0038"


@both_bindings
@pytest.mark.parametrize("kind", ["request", "response"])
def test_one_of_nobody_we_trust_is_refused(kind, binding, logout_sender, code):
    assert code(getattr(logout_sender, kind)(binding), known=False) == "MSIS7007"


@pytest.mark.parametrize("kind", ["request", "response"])
def test_an_old_one_and_one_of_the_future_are_refused(kind, logout_sender, code):
    message = getattr(logout_sender, kind)()
    assert code(message, now=logout_sender.now + timedelta(minutes=9)) == "not_fresh"
    assert code(message, now=logout_sender.now - timedelta(minutes=4)) == "not_fresh"


NAME = "<a:NameID>alice</a:NameID>"
ENCRYPTED = (
    '<a:EncryptedID><x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"><x:CipherData>'
    "<x:CipherValue>AAAA</x:CipherValue></x:CipherData></x:EncryptedData></a:EncryptedID>"
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
        NAME + "<p:SessionIndex>1</p:SessionIndex>" * (MAX_SESSION_INDEXES + 1),
        {},
        "too_many_session_indexes",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("children", "attributes", "expected"), WRONG.values(), ids=WRONG)
def test_a_wrong_request_is_refused(children, attributes, expected, logout_sender, code):
    assert code(logout_sender.written(children, **attributes)) == expected


def test_a_request_is_good_until_its_own_end(logout_sender, read):
    message = logout_sender.written(NAME, NotOnOrAfter="2026-11-24T11:57:01Z")
    assert read(message).name_id.value == "alice"


@pytest.mark.parametrize("answers", [None, ""])
def test_a_response_to_nothing_is_refused(answers, logout_sender, code):
    status = f'<p:Status><p:StatusCode Value="{uris.SUCCESS}"/></p:Status>'
    message = logout_sender.written(status, name="LogoutResponse", InResponseTo=answers)
    as_response = SamlMessage(
        message.xml, None, REDIRECT, "SAMLResponse", message.redirect_signature
    )
    assert code(as_response) in ("unsolicited", "not_schema_valid")


def test_a_request_is_no_response_and_sign_on_is_no_log_out(logout_sender, code):
    request = logout_sender.request()
    assert code(SamlMessage(request.xml, None, POST, "SAMLResponse")) == "MSIS7015"
    sign_on = b'<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"/>'
    assert not is_logout(SamlMessage(sign_on, None, POST))
    hiding = sign_on.replace(b"/>", b" ID='LogoutRequest'/>")
    assert not is_logout(SamlMessage(hiding, None, POST))


@pytest.mark.parametrize("who", ["idp", "idp_ec"])
@both_bindings
def test_what_is_sent_is_signed_by_either_kind_of_key(
    binding, who, identities, logout_sender, read
):
    mine = getattr(identities, who)
    message = logout_sender.request(binding, key=mine.key)

    if binding == REDIRECT:
        check_redirect(message.redirect_signature, [mine.certificate])
    else:
        root = etree.fromstring(message.xml)
        signature = root.find(f"{{{uris.XMLDSIG}}}Signature")
        assert xmlcrypto.verifies(root, signature, mine.certificate)
    assert read(message, certificates=(mine.certificate,)).id == "_logout1"


def test_a_response_goes_where_responses_go(logout_sender):
    to = slo(POST, SLO, "https://sp.example.test/slo/answers")
    response = LogoutResponse("_a", IDP_ID, "_r", (uris.SUCCESS, None))
    carried = send_logout_response(
        response, to=to, relay_state=None, now=logout_sender.now, key=logout_sender.key
    )

    assert carried.address == "https://sp.example.test/slo/answers"
    assert "RelayState" not in carried.fields
    assert b'Destination="https://sp.example.test/slo/answers"' in received(carried).xml


def test_an_address_keeps_the_query_that_it_has(logout_sender):
    request = LogoutRequest("_1", IDP_ID, ALICE)
    to = slo(REDIRECT, f"{SLO}?tenant=1")
    carried = send_logout_request(
        request, to=to, relay_state="x", now=logout_sender.now, key=logout_sender.key
    )
    assert carried.address.startswith(f"{SLO}?tenant=1&SAMLRequest=")
    assert b"?tenant=1" in received(carried).xml
