"""Two hosts and a client that gives one up: the user is asked once, and let in."""

from __future__ import annotations

from contextlib import closing

import pytest
from support.nets import NET_SECONDS
from support.radius.client import ACCEPT, REJECT, RadiusClient

from idp.assembly import assemble
from idp.directory import PasswordHasher
from idp.embedded.radius import radius_in_thread

SECRET = "the secret of both hosts"
HOSTS = ("nps1", "nps2")


@pytest.fixture
def services(federation):
    """The rooms of two processes, one for each host, which share the database alone."""
    first = federation.services
    second = assemble(
        first.config,
        clock=first.clock,
        hasher=PasswordHasher(memory_kib=8, passes=1),
        signing_key=first.signing_key,
    )
    for host in HOSTS:
        first.nps.set_host(host, "pytest", version="1.2.2131.2")
        first.nps.add_client(host, "127.0.0.1", "pytest", secret=SECRET)
    yield (first, second)
    second.close()


@pytest.fixture
def hosts(services):
    """The addresses of two hosts, each in a process's rooms of its own."""
    with (
        radius_in_thread(services[0], ["nps1"], at="127.0.0.1", reject_delay=0) as first,
        radius_in_thread(services[1], ["nps2"], at="127.0.0.1", reject_delay=0) as second,
    ):
        yield (("127.0.0.1", first.port_of("nps1")), ("127.0.0.1", second.port_of("nps2")))


@pytest.fixture
def vpn(hosts):
    with closing(RadiusClient(hosts[0], SECRET)) as client:
        yield client


@pytest.fixture
def pushes(lines):
    """Return how many requests were sent to phones so far."""
    return lambda: sum(line["event"] == "push_sent" for line in lines.all())


@pytest.mark.each_database
def test_a_client_that_asks_the_second_host_too_gets_one_push_and_both_answers(
    federation, hosts, vpn, phone, pushes
):
    first = vpn.pap(federation.user.name, federation.user.password)
    second = vpn.pap(federation.user.name, federation.user.password)
    vpn.send(first)
    phone.pending(wait=NET_SECONDS)
    vpn.send(second, to=hosts[1])

    phone.approve()

    codes = {vpn.receive_either(first, second).code for _ in HOSTS}
    assert codes == {ACCEPT}
    assert pushes() == 1


def test_a_denial_answers_at_both_hosts_and_no_further_push_is_sent(
    federation, hosts, vpn, phone, pushes
):
    first = vpn.pap(federation.user.name, federation.user.password)
    vpn.send(first)
    phone.pending(wait=NET_SECONDS)
    phone.deny()
    assert vpn.receive(first).code == REJECT

    second = vpn.pap(federation.user.name, federation.user.password)
    vpn.send(second, to=hosts[1])

    assert vpn.receive(second).code == REJECT
    assert pushes() == 1


def test_ten_seconds_later_it_is_another_sign_in(federation, hosts, vpn, phone, pushes):
    first = vpn.pap(federation.user.name, federation.user.password)
    vpn.send(first)
    phone.pending(wait=NET_SECONDS)
    phone.deny()
    vpn.receive(first)
    federation.clock.advance(11)

    second = vpn.pap(federation.user.name, federation.user.password)
    vpn.send(second, to=hosts[1])
    phone.pending(wait=NET_SECONDS)
    phone.approve()

    assert vpn.receive(second).code == ACCEPT
    assert pushes() == 2


def test_a_code_can_be_given_at_the_other_host(federation, services, hosts, vpn):
    user = federation.add_user(totp=True)
    federation.choose_default(user, "totp")
    state = vpn.ask(vpn.pap(user.name, user.password)).state

    answer = vpn.pap(user.name, user.code(), state=state)
    vpn.send(answer, to=hosts[1])

    assert vpn.receive(answer).code == ACCEPT
