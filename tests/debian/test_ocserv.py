"""A VPN of Debian's: openconnect signs in to ocserv, which asks the NPS host."""

from __future__ import annotations

import pytest
from support.nets import NET_SECONDS
from support.radius.ocserv import OpenConnect, running_ocserv

from idp.testing.radius import SECRET

PROMPT = "Enter Your Microsoft verification code"


@pytest.fixture(scope="module")
def vpn_server(radius_port, tmp_path_factory):
    with running_ocserv(
        tmp_path_factory.mktemp("ocserv"), f"127.0.0.1:{radius_port}", SECRET
    ) as server:
        yield server


@pytest.fixture
def openconnect(run, radius, vpn_server):
    """Its RADIUS library in Debian 12 sends no Message-Authenticator."""
    radius.set_client(needs_message_authenticator=False, label="Head office VPN")
    return OpenConnect(run, vpn_server)


@pytest.fixture
def user(federation):
    return federation.add_user(totp=True)


def test_a_user_connects_with_a_code(openconnect, user, nps_log):
    ended = openconnect.sign_in(user.name, user.password, user.code())

    assert ended.status == 0, ended.output
    assert PROMPT in ended.output
    assert "COOKIE=" in ended.output
    assert nps_log()[-1].outcome == "right_code"


def test_a_wrong_code_gets_no_cookie(openconnect, user, nps_log):
    ended = openconnect.sign_in(user.name, user.password, "000000")

    assert ended.status != 0
    assert "COOKIE=" not in ended.output
    assert "wrong_code" in {row.outcome for row in nps_log()}


def test_a_user_connects_with_a_push(openconnect, radius, federation, phone, nps_log):
    radius.set(version="1.2.2131.2")
    waiting = openconnect.start(federation.user.name, federation.user.password)
    (asked,) = phone.pending(wait=NET_SECONDS)
    assert asked.sent["application"] == "Head office VPN"

    phone.approve()

    ended = waiting.end()
    assert ended.status == 0, ended.output
    assert "COOKIE=" in ended.output
    assert [row.outcome for row in nps_log()] == ["approved"]


def test_a_user_who_denies_the_push_does_not_connect(
    openconnect, radius, federation, phone, nps_log
):
    radius.set(version="1.2.2131.2")
    waiting = openconnect.start(federation.user.name, federation.user.password)
    phone.pending(wait=NET_SECONDS)

    phone.deny()

    ended = waiting.end()
    assert ended.status != 0
    assert "COOKIE=" not in ended.output
    assert nps_log()[0].outcome == "denied"
