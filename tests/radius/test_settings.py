"""What the host's row and its registry change: protocols, REQUIRE_USER_MATCH, IP_WHITELIST."""

from __future__ import annotations

import pytest
from support.nets import NET_SECONDS
from support.radius.client import ACCEPT, CHALLENGE, REJECT

from idp.radius.process import choose_hosts

NAS = "192.0.2.1"
"""The NAS-IP-Address in the requests of the client."""


@pytest.fixture
def user(federation):
    return federation.add_user(totp=True)


@pytest.fixture
def unenrolled(federation):
    """A user without any method."""
    return federation.add_user(phone=None)


def test_a_protocol_that_the_host_does_not_allow_is_rejected(radius, vpn, user, nps_log):
    radius.set(protocols=["MSCHAPv2"])

    assert vpn.ask(vpn.pap(user.name, user.password)).code == REJECT

    (logged,) = nps_log()
    assert (logged.event, logged.outcome) == (6273, "protocol_not_allowed")


def test_an_override_is_in_force_after_the_restart_alone(radius, vpn, user):
    radius.set(version="1.2.2131.2", override="TRUE", restart=False)
    before = vpn.pap(user.name, user.password)
    vpn.send(before)
    assert user.phone.pending(wait=NET_SECONDS), "it is still Approve/Deny"
    user.phone.approve()
    assert vpn.receive(before).code == ACCEPT

    radius.set()

    assert vpn.ask(vpn.pap(user.name, user.password)).code == CHALLENGE


@pytest.mark.parametrize("value", ["true", "1", "yes", "True"])
def test_an_override_that_is_not_true_in_capitals_counts_as_unset(value, radius, vpn, user):
    radius.set(version="1.2.2131.2", override=value)

    vpn.send(vpn.pap(user.name, user.password))

    assert user.phone.pending(wait=NET_SECONDS)


@pytest.mark.parametrize("value", ["", "TRUE", "false", "no"])
def test_a_user_without_a_method_is_refused(value, radius, vpn, unenrolled, nps_log):
    radius.set(require_user_match=value)

    assert vpn.ask(vpn.pap(unenrolled.name, unenrolled.password)).code == REJECT
    assert nps_log()[-1].outcome == "no_method"
    assert "ProofDataNotFound" in nps_log()[-1].detail


def test_with_require_user_match_false_such_a_user_is_let_in(radius, vpn, unenrolled, nps_log):
    radius.set(require_user_match="FALSE")

    assert vpn.ask(vpn.pap(unenrolled.name, unenrolled.password)).code == ACCEPT
    assert nps_log()[-1][:2] == (6272, "not_enrolled")


def test_it_lets_in_nobody_who_has_a_method(radius, vpn, user):
    radius.set(require_user_match="FALSE")

    assert vpn.ask(vpn.pap(user.name, user.password)).code == CHALLENGE


def test_it_lets_in_nobody_with_a_wrong_password(radius, vpn, unenrolled):
    radius.set(require_user_match="FALSE")

    assert vpn.ask(vpn.pap(unenrolled.name, "not the password")).code == REJECT


def test_it_lets_in_no_blocked_user(federation, radius, vpn, unenrolled, nps_log):
    radius.set(require_user_match="FALSE")
    federation.services.mfa.protection.block(unenrolled.name)

    assert vpn.ask(vpn.pap(unenrolled.name, unenrolled.password)).code == REJECT
    assert nps_log()[-1].outcome == "user_blocked"


def test_a_client_on_the_whitelist_skips_the_second_factor(radius, vpn, user, nps_log):
    radius.set(ip_whitelist=f"203.0.113.7;{NAS}")

    assert vpn.ask(vpn.pap(user.name, user.password)).code == ACCEPT
    assert nps_log()[-1][:2] == (6272, "ip_whitelisted")


def test_it_does_not_skip_the_password(radius, vpn, user):
    radius.set(ip_whitelist=NAS)

    assert vpn.ask(vpn.pap(user.name, "not the password")).code == REJECT


def test_the_address_that_the_packet_comes_from_does_not_count(radius, vpn, user):
    radius.set(ip_whitelist="127.0.0.1")

    assert vpn.ask(vpn.pap(user.name, user.password)).code == CHALLENGE


def test_without_nas_ip_address_the_whitelist_is_ignored(radius, vpn, user):
    radius.set(ip_whitelist=NAS)
    vpn.nas = b""

    assert vpn.ask(vpn.pap(user.name, user.password)).code == CHALLENGE


def test_another_address_than_those_listed_is_asked_for_the_second_factor(radius, vpn, user):
    radius.set(ip_whitelist="192.0.2.2")

    assert vpn.ask(vpn.pap(user.name, user.password)).code == CHALLENGE


def test_a_host_that_is_named_twice_is_run_once(federation, radius):
    chosen = choose_hosts(federation.services, ["nps1", "nps1"])

    assert [host.name for host in chosen] == ["nps1"]
