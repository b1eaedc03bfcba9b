"""A push over RADIUS: the request hangs until the phone has answered, never with a number."""

from __future__ import annotations

import pytest
from support.nets import NET_SECONDS
from support.radius.client import ACCEPT, CALLING_STATION_ID, REJECT

from idp.directory.lockout import MAX_WRONG_PASSWORDS

OLD = "1.2.2131.2"


@pytest.fixture(autouse=True)
def extension_that_pushes(radius):
    radius.set(version=OLD)


@pytest.mark.each_database
def test_an_approval_accepts_the_request_that_waited(federation, vpn, phone, nps_log):
    request = vpn.pap(federation.user.name, federation.user.password)
    vpn.send(request)
    (asked,) = phone.pending(wait=NET_SECONDS)
    assert vpn.has_none()

    phone.approve()

    assert vpn.receive(request).code == ACCEPT
    assert not asked.needs_number
    (logged,) = nps_log()
    assert logged.event == 6272
    assert logged.outcome == "approved"
    assert "with Azure MFA response: Success" in logged.detail


def test_a_denial_rejects_it(federation, vpn, phone, nps_log):
    request = vpn.pap(federation.user.name, federation.user.password)
    vpn.send(request)
    phone.pending(wait=NET_SECONDS)

    phone.deny()

    assert vpn.receive(request).code == REJECT
    (logged,) = nps_log()
    assert (logged.event, logged.outcome) == (6273, "denied")
    assert logged.detail.startswith("Reason code 21. NPS Extension for Azure MFA: CID: ")
    assert "Azure MFA response: AccessDenied" in logged.detail


def test_no_answer_within_the_clients_time_out_rejects_it(federation, radius, vpn, phone, nps_log):
    radius.set_client(timeout=30)
    request = vpn.pap(federation.user.name, federation.user.password)
    vpn.send(request)
    phone.pending(wait=NET_SECONDS)

    federation.clock.advance(31)

    assert vpn.receive(request).code == REJECT
    assert nps_log()[-1].outcome == "no_answer"


def test_a_wrong_password_sends_no_push(federation, vpn, phone, nps_log):
    reply = vpn.ask(vpn.pap(federation.user.name, "not the password"))

    assert reply.code == REJECT
    assert phone.pending() == ()
    (logged,) = nps_log()
    assert logged.outcome == "wrong_password"
    assert logged.detail == "Reason code 16. The password is wrong"


def test_the_phone_shows_the_label_of_the_client_and_where_the_user_connects_from(
    federation, radius, vpn, phone
):
    radius.set_client(label="Head office VPN")
    more = {CALLING_STATION_ID: [b"203.0.113.9"]}
    vpn.send(vpn.pap(federation.user.name, federation.user.password, more=more))

    (asked,) = phone.pending(wait=NET_SECONDS)

    assert asked.sent["application"] == "Head office VPN"
    assert asked.sent["client_ip"] == "203.0.113.9"


def test_a_user_who_is_locked_while_the_phone_rings_is_not_let_in(federation, vpn, phone, nps_log):
    request = vpn.pap(federation.user.name, federation.user.password)
    vpn.send(request)
    phone.pending(wait=NET_SECONDS)

    for _ in range(MAX_WRONG_PASSWORDS):
        federation.services.directory.check_password(federation.user.name, "a wrong password")
    phone.approve()

    assert vpn.receive(request).code == REJECT
    assert nps_log()[-1].outcome == "locked"


def test_a_policy_that_ends_push_meanwhile_is_not_passed(federation, vpn, phone, nps_log):
    request = vpn.pap(federation.user.name, federation.user.password)
    vpn.send(request)
    phone.pending(wait=NET_SECONDS)

    federation.policy(push_policy="none")
    phone.approve()

    assert vpn.receive(request).code == REJECT
    assert nps_log()[-1].outcome == "push_not_enabled"


def test_five_pushes_without_an_approval_pause_further_ones_as_on_the_web(
    federation, vpn, phone, nps_log
):
    for number in range(5):
        more = {CALLING_STATION_ID: [f"198.51.100.{number}".encode()]}
        request = vpn.pap(federation.user.name, federation.user.password, more=more)
        vpn.send(request)
        phone.pending(wait=NET_SECONDS)
        phone.deny()
        vpn.receive(request)

    reply = vpn.ask(vpn.pap(federation.user.name, federation.user.password))

    assert reply.code == REJECT
    assert nps_log()[-1].outcome == "push_limit"
