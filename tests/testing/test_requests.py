"""``federation.requests`` and ``federation.responses``: what crossed the server, and assertions."""

from __future__ import annotations

import re

import pytest

from idp.saml import uris
from idp.saml.contexts import MULTIPLE_AUTHN, PASSWORD
from idp.saml.values import PERSISTENT, NameID, NameIDPolicy

POLICY = (
    '<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"'
    ' SPNameQualifier="https://group.example.test"/>'
)
CONTEXT = (
    '<samlp:RequestedAuthnContext Comparison="minimum">'
    f"<saml:AuthnContextClassRef>{PASSWORD}</saml:AuthnContextClassRef>"
    "</samlp:RequestedAuthnContext>"
)


def test_a_request_is_told_by_its_own_words(federation, service_provider, phone):
    url = service_provider.login_url(force_authn=True, context=MULTIPLE_AUTHN, relay_state="a&b ä")
    sign_in = federation.sign_in(url)

    assert federation.requests.last.outcome == "in_progress"
    phone.approve(sign_in.number)
    sign_in.finish()

    (request,) = federation.requests
    assert (request.kind, request.binding) == ("AuthnRequest", "redirect")
    assert request.issuer == request.trust == service_provider.entity_id
    assert request.destination == f"{federation.url}/adfs/ls/"
    assert (request.acs_url, request.acs_index) == (service_provider.acs_url, None)
    assert (request.force_authn, request.is_passive) == (True, False)
    assert (request.requested_contexts, request.comparison) == ((MULTIPLE_AUTHN,), "exact")
    assert request.relay_state == "a&b ä"
    assert (request.is_signed, request.is_verified) == (True, True)
    assert request.signature_algorithm == uris.RSA_SHA256
    assert (request.outcome, request.user, request.code) == ("issued", federation.user.name, "")
    assert f'ID="{request.id}"' in request.xml
    assert (request.http.method, request.http.path) == ("GET", "/adfs/ls/")
    assert request.http.query.startswith("SAMLRequest=")
    assert "Cookie" not in request.http.headers
    assert request.http.headers["User-Agent"].startswith("python-requests")
    assert federation.timeline(request.activity_id).summary.outcome == "issued"


def test_a_request_by_post_is_told_with_its_policy_and_context(federation, sp):
    fields = sp.fields(
        sp.authn_request(POLICY + CONTEXT, AssertionConsumerServiceIndex="7"), relay_state="a+b"
    )
    browser = federation.browser()
    browser.session.cookies.set("of-another-site", "1")
    browser.post(sp.ls_url, fields)

    request = federation.requests.last
    assert (request.binding, request.relay_state, request.acs_index) == ("post", "a+b", 7)
    assert request.name_id_policy == NameIDPolicy(
        PERSISTENT,
        allow_create=False,
        sp_name_qualifier="https://group.example.test",
    )
    assert (request.requested_contexts, request.comparison) == ((PASSWORD,), "minimum")
    assert (request.is_signed, request.is_verified, request.signature_algorithm) == (
        False, False, None,
    )  # fmt: skip
    assert "of-another-site" not in str(request.http)
    federation.requests.assert_received(
        name_id_format="persistent", requested_contexts=["Password"]
    )


def test_a_refused_request_says_why(federation, service_provider, sp):
    federation.browser().get(service_provider.login_url(unsigned=True))
    federation.browser().get(f"{federation.url}/adfs/ls/?SAMLRequest=x")
    federation.browser().get(sp.url(issuer="https://stranger.example.test"))

    unsigned, broken, stranger = federation.requests
    assert (unsigned.outcome, unsigned.is_signed, unsigned.trust) == (
        "refused", False, service_provider.entity_id,
    )  # fmt: skip
    assert "signed" in unsigned.problem
    assert (broken.kind, broken.xml, broken.code) == ("", "", "not_base64")
    assert (stranger.issuer, stranger.trust, stranger.code) == (
        "https://stranger.example.test", "", "MSIS7007",
    )  # fmt: skip


def test_log_out_messages_are_told_in_both_directions(federation, service_provider, phone):
    sign_in = federation.sign_in(service_provider.login_url())
    phone.approve(sign_in.number)
    sign_in.finish().page.text("user")
    federation.requests.clear()

    federation.sign_out(sign_in.browser)

    asked, answered = federation.responses.last, federation.requests.last
    assert (asked.kind, answered.kind) == ("LogoutRequest", "LogoutResponse")
    assert asked.name_id == NameID(federation.user.name)
    assert (asked.trust, answered.in_response_to) == (service_provider.entity_id, asked.id)
    assert asked.session_indexes
    federation.requests.assert_received(times=1, kind="LogoutResponse", status="Success")

    service_provider.sign_out(sign_in.browser)
    federation.requests.of(service_provider).assert_signed()


def test_a_response_is_told_with_its_assertion(federation, service_provider, phone):
    service_provider.offer_encryption()
    sign_in = federation.sign_in(service_provider.login_url())
    phone.approve(sign_in.number)
    finished = sign_in.finish()

    sent = federation.responses.assert_sent(
        times=1, destination=service_provider.acs_url, status="Success"
    )
    assert sent.in_response_to == federation.requests.last.id
    assert sent.xml.encode() == finished.xml
    assert "EncryptedAssertion" in sent.xml
    assert sent.assertion.name_id == finished.assertion.name_id
    federation.sign_in(service_provider.login_url(is_passive=True))
    assert federation.responses.last.status[-1] == uris.NO_PASSIVE
    with pytest.raises(AssertionError, match="NoPassive"):
        _ = federation.responses.last.assertion


def test_a_fault_stands_at_the_response_that_has_it(federation, service_provider, phone):
    federation.faults.next(service_provider, "audience_wrong")
    sign_in = federation.sign_in(service_provider.login_url())
    phone.approve(sign_in.number)
    sign_in.finish()

    assert federation.responses.last.fault == "audience_wrong"


def test_messages_are_chosen_by_trust_and_value(federation, service_provider, sp):
    federation.browser().get(service_provider.login_url())
    federation.browser().get(sp.url(ForceAuthn="true"))

    requests = federation.requests
    assert [each.issuer for each in requests] == [service_provider.entity_id, sp.entity_id]
    assert list(requests.of(sp.entity_id)) == [requests.last]
    assert list(requests.of(service_provider)) == [requests[0]]
    assert list(requests.where(issuer=re.compile(r"sp\.example"))) == [requests[1]]
    assert list(requests.where(force_authn=True, binding="post")) == []
    assert len(requests) == 2
    requests.clear()
    federation.requests.assert_none()
    with pytest.raises(AssertionError, match="No request was received"):
        _ = federation.requests.last


def test_an_assertion_that_fails_shows_what_there_was(federation, service_provider, sp):
    federation.browser().get(service_provider.login_url())
    federation.browser().get(sp.url(ForceAuthn="true"))
    requests = federation.requests

    with pytest.raises(AssertionError) as failed:
        requests.assert_received(issuer=sp.entity_id, force_authn=True, is_passive=True)
    first, *lines = str(failed.value).splitlines()
    assert first == (
        f"Expected a request with issuer='{sp.entity_id}', force_authn=True, is_passive=True, "
        "but 0 of 2 received are like that:"
    )
    assert lines[0] == f"  {requests[0]}"
    assert lines[3:5] == ["    is_passive: expected True, but it is False", f"  {requests[1]}"]
    assert f'ID="{requests[1].id}"' in failed.value.args[0], "the XML of the nearest one"
    with pytest.raises(AssertionError, match="Expected 2 requests with force_authn=True, but 1 of"):
        requests.assert_received(times=2, force_authn=True)
    with pytest.raises(AssertionError, match="Expected no request, but 2 were received:\n  Authn"):
        requests.assert_none()
    with pytest.raises(AssertionError, match="is_signed: expected True, but it is False"):
        requests.assert_signed()
    with pytest.raises(AssertionError, match="right signatures by rsa-sha512, but 0 of 1 received"):
        requests.of(service_provider).assert_signed("rsa-sha512")
    with pytest.raises(AssertionError, match="but no response was sent"):
        federation.responses.assert_sent()
    requests.of(service_provider).assert_signed("rsa-sha256")
    requests.assert_none(is_passive=True)


def test_a_value_that_no_message_has_is_told_with_what_was_meant(federation):
    with pytest.raises(ValueError, match=r"no value 'force_auth' \(did you mean force_authn\?"):
        federation.requests.assert_received(force_auth=True)
    with pytest.raises(ValueError, match="there are kind, binding, id"):
        federation.responses.where(qwertz=1)
