"""What an administrator decides while a user is asked: it counts at the answer."""

from __future__ import annotations

from contextlib import closing

import pytest
from support.nets import NET_SECONDS
from support.radius.client import ACCEPT, REJECT, RadiusClient

from idp.embedded.radius import radius_in_thread

SECRET = "the secret of the client"
MAX_STATE = 253
"""Octets of an attribute."""


@pytest.fixture
def user(federation):
    return federation.add_user(totp=True)


def set_a_new_password(directory, name):
    directory.set_password(name, "Another-Passw0rd")


def sign_out_everywhere(directory, name):
    directory.sign_out(name)


def disable_for_a_moment(directory, name):
    directory.disable(name)
    directory.enable(name)


@pytest.mark.parametrize(
    "end_sign_ins", [set_a_new_password, sign_out_everywhere, disable_for_a_moment]
)
def test_a_state_from_before_the_users_sign_ins_ended_is_worth_nothing(
    federation, vpn, user, nps_log, end_sign_ins
):
    state = vpn.ask(vpn.pap(user.name, user.password)).state
    federation.clock.advance(1)

    end_sign_ins(federation.services.directory, user.name)

    assert vpn.ask(vpn.pap(user.name, user.code(), state=state)).code == REJECT
    assert nps_log()[-1].outcome == "session_invalid"


def test_a_state_without_such_a_change_is(vpn, user):
    state = vpn.ask(vpn.pap(user.name, user.password)).state

    assert len(state) <= MAX_STATE
    assert vpn.ask(vpn.pap(user.name, user.code(), state=state)).code == ACCEPT


def test_a_state_does_not_bring_back_a_protocol_that_the_host_no_longer_allows(
    radius, vpn, user, nps_log
):
    state = vpn.ask(vpn.pap(user.name, user.password)).state

    radius.set(protocols=["MSCHAPv2"])

    assert vpn.ask(vpn.pap(user.name, user.code(), state=state)).code == REJECT
    assert nps_log()[-1].outcome == "protocol_not_allowed"


def remove_client(nps):
    nps.remove_client("nps1", "127.0.0.1")


def remove_host(nps):
    nps.remove("nps1")


def change_secret(nps):
    nps.add_client("nps1", "127.0.0.1", "pytest", secret="another secret of the client")


@pytest.mark.parametrize("change", [remove_client, remove_host, change_secret])
def test_an_approval_for_a_client_that_was_removed_lets_nobody_in(
    federation, phone, nps_log, noted_lines, change
):
    nps = federation.services.nps
    nps.set_host("nps1", "pytest", version="1.2.2131.2")
    nps.add_client("nps1", "127.0.0.1", "pytest", secret=SECRET)
    with (
        radius_in_thread(federation.services, at="127.0.0.1") as running,
        closing(RadiusClient(("127.0.0.1", running.port_of("nps1")), SECRET)) as vpn,
    ):
        vpn.send(vpn.pap(federation.user.name, federation.user.password))
        phone.pending(wait=NET_SECONDS)

        change(nps)
        running.receiver.refresh()
        phone.approve()

        noted_lines.wait_for(
            lambda lines: any(line.get("code") == "radius_unknown_client" for line in lines)
        )
        assert vpn.has_none()
    assert nps_log() == []
