"""pysaml2's service provider signs a user in and out, begun by it and by us, over both bindings.

That what comes by Redirect is signed is checked by the hand that carries it: pysaml2 does not look.
"""

from __future__ import annotations

import base64

import pytest
from support.service_providers.logout_messages import ReceivedMessage, carry, visit

from idp.embedded.page import Page
from idp.embedded.test_sp.pysaml2_client import make_configured_client
from idp.saml.logout import OutgoingMessage
from idp.saml.values import POST, REDIRECT

SP = "https://pysaml2.example.test/metadata"
ACS, SLO = "https://pysaml2.example.test/acs", "https://pysaml2.example.test/slo"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"

each_binding = pytest.mark.parametrize("binding", [REDIRECT, POST], ids=["redirect", "post"])


@pytest.fixture
def pysaml2_client(federation, pairs, binding, tmp_path):
    """pysaml2's client; it takes log-out messages by the binding of the test."""
    from saml2.metadata import create_metadata_string

    pair = pairs("pysaml2")
    (tmp_path / "certificate.pem").write_bytes(pair.certificate)
    metadata = federation.browser().get(federation.metadata_url).html
    service = {
        "endpoints": {
            "assertion_consumer_service": [(ACS, POST)],
            "single_logout_service": [(SLO, binding)],
        },
        "authn_requests_signed": True,
        "logout_requests_signed": True,
        "logout_responses_signed": True,
        "want_assertions_signed": True,
        "want_response_signed": False,
    }
    settings = {
        "entityid": SP,
        "cert_file": str(tmp_path / "certificate.pem"),  # for its own metadata
        "metadata": {"inline": [metadata]},
        "service": {"sp": service},
        "allow_unknown_attributes": True,
    }
    made = make_configured_client(settings, key_pem=pair.private_key, cert_pem=pair.certificate)
    own = create_metadata_string(None, config=made.config, valid=24)
    federation.add_service_provider(own, second_factor="never")
    return made


def sign_in(client, federation, browser, binding):
    """Sign in and return the session as pysaml2 keeps it."""
    request_id, sent = client.prepare_for_authenticate(
        binding=binding, relay_state="x", sign=True, sigalg=RSA_SHA256
    )
    if binding == REDIRECT:
        page = browser.get(dict(sent["headers"])["Location"])
    else:
        form = Page(federation.url, 200, sent["data"]).form
        page = browser.post(form.action, form.fields)
    user = federation.user
    page = browser.submit(page.form, UserName=user.name, Password=user.password)
    answer = federation.resume(browser, page).finish()
    saml_response = answer.fields["SAMLResponse"]
    response = client.parse_authn_request_response(saml_response, POST, {request_id: "/"})
    return response.session_info()["name_id"]


def on_the_way(sent: dict) -> OutgoingMessage:
    """Return what pysaml2 wants carried."""
    if sent["method"] == "GET":
        return OutgoingMessage(dict(sent["headers"])["Location"], {})
    form = Page("https://pysaml2.example.test/", 200, sent["data"]).form
    return OutgoingMessage(form.action, form.fields)


def encoded(sent: ReceivedMessage) -> str:
    if sent.message.binding == POST:
        return base64.b64encode(sent.message.xml).decode()
    from saml2.s_utils import deflate_and_base64_encode

    return deflate_and_base64_encode(sent.message.xml).decode()


@each_binding
def test_pysaml2_begins_a_log_out(binding, pysaml2_client, federation, browser, logout_app):
    other = logout_app("other")
    name_id = sign_in(pysaml2_client, federation, browser, binding)
    other.sign_in(browser)

    done = pysaml2_client.do_logout(
        name_id, [federation.entity_id], "", None, expected_binding=binding, sign_alg=RSA_SHA256
    )
    _, sent = done[federation.entity_id]
    asked = carry(federation, browser, on_the_way(sent))
    assert asked.address == other.slo_url
    answer = carry(federation, browser, other.logout_response(asked))

    assert (answer.address, answer.message.binding) == (SLO, binding)
    response = pysaml2_client.parse_logout_request_response(encoded(answer), binding)
    assert response.status_ok()
    assert response.in_response_to in pysaml2_client.state


@each_binding
def test_pysaml2_answers_a_log_out_request(binding, pysaml2_client, federation, browser):
    name_id = sign_in(pysaml2_client, federation, browser, binding)
    asked = visit(federation, browser, f"{federation.url}/adfs/ls/signout", {})
    assert (asked.address, asked.message.binding) == (SLO, binding)

    sent = pysaml2_client.handle_logout_request(
        encoded(asked),
        name_id,
        binding,
        sign=True,
        sign_alg=RSA_SHA256,
        relay_state=asked.relay_state,
    )
    page = carry(federation, browser, on_the_way(sent))

    assert page.data("outcomes", "outcome") == {SP: "signed_out"}
    assert pysaml2_client.users.subjects() == []
