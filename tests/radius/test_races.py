"""An approval and a denial at the same moment, and two requests for one approval."""

from __future__ import annotations

import pytest
from support.tools.threads import at_once

from adapter.mfa.push.challenge import AnswerRefused
from idp.radius.admission import read_request
from idp.radius.event_log import NoEventLog
from idp.radius.live_hosts import LiveHosts
from idp.radius.outcome_log import OutcomeLog
from idp.radius.packet import Code
from idp.radius.results import Waiting
from idp.radius.sign_in import NpsSignIn

ROUNDS = 12


class Host:
    """What answers for an NPS host, without its sockets."""

    def __init__(self, federation, vpn, name="nps1"):
        self._services = federation.services
        self._name = name
        self._vpn = vpn
        self._sign_in = NpsSignIn(self._services, OutcomeLog(self._services, NoEventLog()))

    def begin(self, user) -> Waiting:
        """Take a request of the user, which then waits for the phone."""
        host, client = LiveHosts(self._services.nps).find(self._name, "127.0.0.1")
        data = self._vpn.pap(user.name, user.password).RequestPacket()
        waiting = self._sign_in.begin(read_request(data, host, client, "127.0.0.1", "an id"))
        assert isinstance(waiting, Waiting)
        return waiting

    def look(self, waiting) -> Code:
        return self._sign_in.look(waiting).code


@pytest.fixture
def host(federation, radius, vpn):
    radius.set(version="1.2.2131.2")
    return Host(federation, vpn)


def nonce_of(federation, device, challenge):
    """Return what the phone signs in its answer to a request."""
    (asked,) = federation.services.mfa.push.pending_for(device)
    assert asked.id == challenge
    return asked.nonce


def answer(federation, device, challenge, *, approve):
    """Answer as a phone does, without HTTP."""
    nonce = nonce_of(federation, device, challenge)
    federation.services.mfa.push.answer(device, challenge, nonce=nonce, approve=approve)


@pytest.mark.each_database
def test_a_denial_on_another_phone_is_never_followed_by_an_accept(federation, host):
    push = federation.services.mfa.push
    for _ in range(ROUNDS):
        user = federation.add_user()
        federation.add_phone(user)
        first, second = federation.services.mfa.devices.of_user(user.name)
        waiting = host.begin(user)
        nonce = nonce_of(federation, second, waiting.challenge)
        answer(federation, first, waiting.challenge, approve=True)

        def deny_or_look(number, waiting=waiting, second=second, nonce=nonce):
            if number:
                return host.look(waiting)
            try:
                push.answer(second, waiting.challenge, nonce=nonce, approve=False)
            except AnswerRefused as refused:  # the approval was collected first
                return refused
            return None

        denied, code = at_once(2, deny_or_look)

        assert (denied is None) == (code is Code.ACCESS_REJECT)


@pytest.mark.each_database
def test_of_many_looks_at_one_request_one_accepts(federation, host):
    user = federation.add_user()
    (device,) = federation.services.mfa.devices.of_user(user.name)
    waiting = host.begin(user)
    answer(federation, device, waiting.challenge, approve=True)

    codes = at_once(8, lambda _: host.look(waiting))

    assert codes.count(Code.ACCESS_ACCEPT) == 1


def test_a_second_request_at_the_same_host_does_not_get_the_same_approval(federation, host):
    user = federation.add_user()
    (device,) = federation.services.mfa.devices.of_user(user.name)
    first, second = host.begin(user), host.begin(user)
    assert first.challenge == second.challenge, "the user is asked once"
    answer(federation, device, first.challenge, approve=True)

    assert host.look(second) is Code.ACCESS_ACCEPT
    assert host.look(first) is Code.ACCESS_REJECT


def test_a_request_at_another_host_does(federation, radius, vpn, host):
    nps = federation.services.nps
    nps.set_host("nps2", "pytest", version="1.2.2131.2")
    nps.add_client("nps2", "127.0.0.1", "pytest", secret=radius.secret)
    other = Host(federation, vpn, "nps2")
    user = federation.add_user()
    (device,) = federation.services.mfa.devices.of_user(user.name)
    first, second = host.begin(user), other.begin(user)
    answer(federation, device, first.challenge, approve=True)

    assert host.look(first) is Code.ACCESS_ACCEPT
    assert other.look(second) is Code.ACCESS_ACCEPT
