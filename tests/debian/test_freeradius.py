"""Debian's FreeRADIUS as a proxy: it asks the NPS host for clients that the host does not know."""

from __future__ import annotations

import pytest
from support.nets import NET_SECONDS
from support.radius.freeradius import SECRET_OF_CLIENTS, running_proxy
from support.radius.pam_radius import PamRadius
from support.radius.radclient import NAS, Radclient

from idp.radius.attributes import MESSAGE_AUTHENTICATOR, PROXY_STATE
from idp.radius.packet import decode
from idp.testing.radius import SECRET


@pytest.fixture(scope="module")
def proxy(radius_port, tmp_path_factory):
    folder = tmp_path_factory.mktemp("freeradius")
    with running_proxy(folder, ("127.0.0.1", radius_port), SECRET) as server:
        yield server


@pytest.fixture
def pam(run, radius, proxy, tmp_path):
    """It sends no Message-Authenticator; the NPS host needs one, which the proxy adds."""
    radius.set_client(needs_message_authenticator=True)
    return PamRadius(run, tmp_path, proxy, SECRET_OF_CLIENTS)


@pytest.fixture
def user(federation):
    return federation.add_user(totp=True)


def test_a_challenge_and_its_answer_go_through_the_proxy(pam, user, datagrams, nps_log):
    ended = pam.sign_in(user.name, user.password, user.code())

    assert ended.status == 0, ended.output
    assert nps_log()[-1].outcome == "right_code"
    requests = [decode(data) for data in datagrams.all]
    assert len(requests) == 2
    for kind in (PROXY_STATE, MESSAGE_AUTHENTICATOR):
        assert all(request.first(kind) for request in requests)


def test_a_push_goes_through_the_proxy(pam, radius, federation, phone, nps_log):
    radius.set(version="1.2.2131.2")
    waiting = pam.start(federation.user.name, federation.user.password)
    phone.pending(wait=NET_SECONDS)

    phone.approve()

    assert waiting.end().status == 0, waiting.output()
    assert [row.outcome for row in nps_log()] == ["approved"]


def test_a_rejection_goes_through_the_proxy(pam, user, nps_log):
    ended = pam.sign_in(user.name, "not the password")

    assert ended.status == 1
    assert nps_log()[-1].outcome == "wrong_password"


def test_two_hundred_requests_with_twenty_under_way_are_all_answered(run, radius, proxy, user):
    radius.set(ip_whitelist=NAS)
    radclient = Radclient(run, proxy, SECRET_OF_CLIENTS)

    ended = radclient.burst(user.name, user.password, count=200, at_once=20)

    assert ended.status == 0, ended.output[-2000:]
    assert ended.output.count("Received Access-Accept") == 200
