"""RADIUS answered by processes of their own, beside the web server of one database."""

from __future__ import annotations

import signal
from contextlib import closing

import pytest
from support.nets import NET_SECONDS
from support.ports import free_udp_port
from support.radius.client import ACCEPT, CHALLENGE, RadiusClient
from support.radius.process import nps_process
from support.servers.demo_process import demo_process

from idp.authenticator.client import Phone

HOSTS = ("nps1", "nps2")
SECRET = "the secret of both hosts"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo with two more NPS hosts that nobody runs yet."""
    secret = tmp_path_factory.mktemp("secret") / "secret.txt"
    secret.write_text(SECRET)
    with demo_process() as running:
        for host in HOSTS:
            place = ("--listen", "127.0.0.1", "--port", str(free_udp_port()))
            commands = (
                ("set", host, "1.2.2131.2", *place),
                ("client", "add", host, "127.0.0.1", "--secret-file", str(secret)),
            )
            for command in commands:
                done = running.run("nps", *command)
                assert done.returncode == 0, done.stderr
        yield running


@pytest.fixture
def alice(demo):
    """The first sample user, as a dictionary."""
    return demo.told["users"][0]


@pytest.fixture
def phone(alice):
    return Phone.at(alice["phone"])


@pytest.fixture
def config(demo):
    return demo.told["config"]


def test_a_host_that_is_killed_during_a_push_is_replaced_by_another_with_the_same_push(
    config, alice, phone
):
    with (
        nps_process(config, "nps2") as second,
        nps_process(config, "nps1") as first,
        closing(RadiusClient(first.server, SECRET)) as vpn,
    ):
        request = vpn.pap(alice["name"], alice["password"])
        vpn.send(request)
        (asked,) = phone.pending(wait=NET_SECONDS)
        first.end(signal.SIGKILL)
        vpn.send(request, to=second.server)

        phone.approve()

        assert vpn.receive(request).code == ACCEPT
    assert phone.pending() == ()
    assert asked.sent["experience"] == "approve_deny"


def test_one_process_answers_for_all_hosts_and_ends_in_order(config, demo):
    with nps_process(config) as running:
        assert [host["name"] for host in running.told["hosts"]] == list(HOSTS)

        assert running.end() == 0


def test_a_version_that_is_set_while_it_runs_holds_within_a_second(config, demo):
    code = demo.told["users"][2]
    with (
        nps_process(config, "nps1") as running,
        closing(RadiusClient(running.server, SECRET)) as vpn,
    ):
        assert vpn.ask(vpn.pap(code["name"], code["password"])).code == CHALLENGE
        demo.run("nps", "client", "add", "nps1", "127.0.0.1", "--keep-secret", "--preset",
                 "rd-gateway")  # fmt: skip

        while vpn.ask(vpn.pap(code["name"], code["password"])).code == CHALLENGE:
            pass


def test_a_port_that_is_in_use_is_told_in_one_line(config, demo):
    with nps_process(config, "nps1"):
        done = demo.run("nps", "run", "nps1")

    assert done.returncode == 1
    assert "is in use by another program" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_host_that_is_not_there_is_told_in_one_line(demo):
    done = demo.run("nps", "run", "nps9")

    assert done.returncode == 1
    assert "nps9" in done.stderr


def test_the_demo_answers_radius_if_it_is_asked_to():
    with demo_process("--radius") as demo:
        radius, user = demo.told["radius"], demo.told["users"][2]
        assert set(radius) == {"host", "port", "secret"}
        server = (radius["host"], radius["port"])
        with closing(RadiusClient(server, radius["secret"])) as vpn:
            assert vpn.ask(vpn.pap(user["name"], user["password"])).code == CHALLENGE
