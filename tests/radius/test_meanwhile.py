"""What an administrator decides while a user is asked: it counts at the answer."""

from __future__ import annotations

import pytest
from support.radius.client import ACCEPT, REJECT

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
