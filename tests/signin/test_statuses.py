"""What is wrong with the protocol is told to the service provider, by a signed SAML status."""

from __future__ import annotations

import pytest
from support.service_providers.metadata_parts import ACS_URL
from support.service_providers.service_provider import name_id_policy, requested_context

from idp.saml.values import REDIRECT

KERBEROS = "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos"

WRONG = {
    "passive":      ({"IsPassive": "true"}, ("Responder", "NoPassive")),
    "context":      ({"children": requested_context("urn:x")}, ("Responder", "NoAuthnContext")),
    "name":         ({"children": name_id_policy(KERBEROS)}, ("Requester", "InvalidNameIDPolicy")),
    "version":      ({"Version": "2.1"}, ("VersionMismatch",)),
    "binding":      ({"ProtocolBinding": REDIRECT}, ("Responder", "UnsupportedBinding")),
    "both at once": ({"IsPassive": "true", "ForceAuthn": "true"}, ("Requester",)),
}  # fmt: skip


@pytest.fixture(params=WRONG.values(), ids=WRONG.keys())
def wrong(request):
    return request.param


@pytest.fixture
def told(wrong, federation, sp):
    asked, _ = wrong
    browser = federation.browser()
    url = sp.url(relay_state="back", ID="_mine", AssertionConsumerServiceURL=ACS_URL, **asked)
    return federation.resume(browser, browser.get(url)).finish()


def test_a_status_names_the_error(wrong, told):
    assert told.status == wrong[1]
    assert told.received.assertions == ()


def test_a_status_goes_to_the_address_of_the_answer(told):
    assert told.action == told.received.destination == ACS_URL
    assert told.relay_state == "back"
    assert told.received.in_response_to == "_mine"


def test_a_status_is_signed(told):
    assert told.received.signature.state == "valid"


def test_a_status_uses_the_request_up(wrong, federation, sp, lines):
    url = sp.url(ID="_mine", **wrong[0])
    federation.browser().get(url)

    again = federation.browser().get(url)

    assert (again.status, again.form) == (400, None)
    assert lines.refusals()[1:] == ["request_replayed"]


def test_a_status_is_one_row_and_one_log_line(wrong, told, federation, sp, lines):
    federation.browser().get(sp.url(**wrong[0]))

    rows = [row for row in federation.log if row.event_id == 1201]
    assert [row.trust for row in rows] == [sp.entity_id] * 2
    assert lines.refusals() == [rows[-1].outcome]


def test_the_test_service_provider_reads_a_status(federation, service_provider):
    browser = federation.browser()
    page = browser.get(service_provider.login_url(is_passive=True, relay_state="there"))
    answer = federation.resume(browser, page).finish()

    assert answer.page.status == 200
    assert "NoPassive" in answer.page.html
