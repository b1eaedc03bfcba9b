"""EAP over RADIUS is not supported: each request ends with an EAP-Failure, which tells the user."""

from __future__ import annotations

import pytest
from support.radius.client import REJECT, STATE

EAP_MESSAGE = 79
IDENTIFIER = 7
IDENTITY, MD5, PEAP = 1, 4, 25


def eap_response(kind: int) -> bytes:
    return bytes((2, IDENTIFIER, 0, 5, kind))


@pytest.fixture
def eap_request(vpn, federation):
    """Make a request with an EAP message."""

    def make(message: bytes, state: bytes = b""):
        request = vpn.request(federation.user.name)
        request[EAP_MESSAGE] = [message]
        if state:
            request[STATE] = [state]
        request.add_message_authenticator()
        return request

    return make


@pytest.mark.parametrize(
    ("protocols", "outcome"),
    [(["PAP", "EAP"], "eap_not_supported"), (["PAP"], "protocol_not_allowed")],
)
@pytest.mark.parametrize("kind", [IDENTITY, MD5, PEAP])
def test_a_response_is_rejected_with_an_eap_failure_that_has_its_identifier(
    kind, protocols, outcome, radius, vpn, eap_request, nps_log
):
    radius.set(protocols=protocols)

    reply = vpn.ask(eap_request(eap_response(kind)))

    assert reply.code == REJECT
    assert reply.packet[EAP_MESSAGE] == [bytes((4, IDENTIFIER, 0, 4))]
    assert [row[:2] for row in nps_log()] == [(6273, outcome)]


def test_a_start_is_rejected_with_an_eap_failure(radius, vpn, eap_request):
    reply = vpn.ask(eap_request(b""))

    assert reply.code == REJECT
    assert reply.packet[EAP_MESSAGE] == [bytes((4, 0, 0, 4))]


def test_a_response_with_a_state_is_rejected_with_an_eap_failure_too(radius, vpn, eap_request):
    reply = vpn.ask(eap_request(eap_response(PEAP), state=b"a state"))

    assert reply.code == REJECT
    assert reply.packet[EAP_MESSAGE] == [bytes((4, IDENTIFIER, 0, 4))]


def test_a_reject_of_another_protocol_has_no_eap_message(radius, vpn, federation):
    reply = vpn.ask(vpn.pap(federation.user.name, "not the password"))

    assert reply.code == REJECT
    assert EAP_MESSAGE not in reply.packet
