"""``tallystick serve`` as users run it: real processes, real requests, real signals."""

from __future__ import annotations

import os
import resource
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import requests
from support.nets import NET_SECONDS
from support.phones.signed_phone import SignedPhone, signed_phone_of
from support.servers.serve_process import (
    ServeProcess,
    children,
    is_alive,
    serve_process,
    starting,
    until,
)
from support.service_providers.metadata_parts import SP_ID

from idp.config import WORKER_THREADS
from idp.serving.supervisor import GRACE_SECONDS

ENGINES = ("granian", "waitress")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_user_signs_in_and_the_server_ends_cleanly(config_file, federation, engine):
    user = federation.add_user()
    with serve_process(config_file, TALLYSTICK__SERVE__ENGINE=engine) as server:
        sign_in = federation.sign_in(federation.idp_initiated_url(SP_ID), user)
        user.phone.approve(number=sign_in.number)

        assert b"Response" in sign_in.finish().xml
        assert server.told["engine"] == engine
        assert server.told["workers"] == (2 if engine == "granian" else 1)
        assert server.end() == 0
        assert "Traceback" not in server.said()
        started = server.said().count('"event": "started"')
        assert server.said().count('"event": "stopped"') == started >= 1


def test_the_node_of_the_option_answers(config_file, federation):
    user = federation.add_user()
    with serve_process(config_file, "--node", "sts2", "--workers", "1") as server:
        federation.sign_in(federation.idp_initiated_url(SP_ID), user)

        assert federation.log[-1].node == "sts2"
        assert len(server.workers()) == server.told["workers"] == 1


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_accepted_requests_are_answered_before_the_server_ends(
    config_file, federation, engine, number
):
    """Clients that hammer it get whole answers or none; a phone that waits is answered at once."""
    phone = signed_phone_of(federation, federation.add_user().phone)
    with (
        serve_process(config_file, TALLYSTICK__SERVE__ENGINE=engine) as server,
        ThreadPoolExecutor(9) as threads,
    ):
        phone.call("GET", "pending")  # the first call is the slowest
        waiting = threads.submit(_wait_until_sent_home, phone)
        url, enough = f"{server.url}/adfs/probe", threading.Semaphore(0)
        clients = [threads.submit(_ask_until_refused, url, enough) for _ in range(8)]
        for _ in range(40):
            assert enough.acquire(timeout=NET_SECONDS)

        assert server.end(number) == 0
        answers = [status for client in clients for status in client.result()]
        assert set(answers) == {200}
        sent_home = waiting.result()
        came_late = sent_home.status_code == 204  # it came while the server was ending
        assert came_late or sent_home.json()["requests"] == []


def _wait_until_sent_home(phone: SignedPhone) -> requests.Response:
    """Wait as a phone does, again and again; return the answer that came before its time."""
    while (answer := phone.call("GET", "pending?wait=25")).elapsed.total_seconds() >= 25:
        pass
    return answer


def _ask_until_refused(url: str, enough: threading.Semaphore) -> list[int]:
    """Ask on a new connection each time; return the statuses of what was answered."""
    statuses = []
    while True:
        try:
            answer = requests.get(url, timeout=NET_SECONDS, headers={"Connection": "close"})
        except requests.ConnectionError:
            return statuses
        statuses.append(answer.status_code)
        enough.release()


def test_a_server_that_starts_can_be_ended(config_file):
    """A worker that is just being made has not heard of signals yet."""
    with starting(config_file) as (process, _log):
        until(lambda: any(map(children, children(process.pid))))
        process.terminate()

        # One that did not hear it either is given up after the time of grace.
        process.wait(2 * GRACE_SECONDS)
    assert children(process.pid) == set()


def test_a_second_signal_does_not_wait(config_file, federation):
    with serve_process(config_file) as server, _half_a_request(server):
        server.process.send_signal(signal.SIGTERM)
        until(lambda: not _accepts(server))

        assert server.end() == 1
        assert "server_ended" in server.said()


def _half_a_request(server: ServeProcess) -> socket.socket:
    """Return a connection whose request has begun, so that it waits for the rest of its body."""
    port = int(server.url.rpartition(":")[2])
    connection = socket.create_connection(("127.0.0.1", port), timeout=NET_SECONDS)
    connection.sendall(
        b"POST /adfs/ls/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n"
    )
    assert connection.recv(100).startswith(b"HTTP/1.1 100")
    return connection


def _accepts(server: ServeProcess) -> bool:
    try:
        requests.get(f"{server.url}/static/tallystick.css", timeout=NET_SECONDS)
    except requests.ConnectionError:
        return False
    return True


@pytest.mark.parametrize("engine", ENGINES)
def test_clients_that_never_finish_do_not_keep_others_out(config_file, federation, engine):
    """More than there are threads begin a body; others sign in."""
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (2048, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    user = federation.add_user()
    with serve_process(
        config_file, "--workers", "1", TALLYSTICK__SERVE__ENGINE=engine
    ) as server, ExitStack() as held:  # fmt: skip
        for _ in range(WORKER_THREADS + 50):
            held.enter_context(_half_a_body(server))

        assert requests.get(f"{server.url}/adfs/probe", timeout=NET_SECONDS).status_code == 200
        assert federation.sign_in(federation.idp_initiated_url(SP_ID), user).number


def _half_a_body(server: ServeProcess) -> socket.socket:
    """Return a connection on which a form has begun."""
    port = int(server.url.rpartition(":")[2])
    connection = socket.create_connection(("127.0.0.1", port), timeout=NET_SECONDS)
    connection.sendall(
        b"POST /adfs/ls/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nUserName="
    )
    return connection


def test_a_worker_that_dies_is_replaced(config_file, federation):
    with serve_process(config_file) as server:
        before = server.workers()
        os.kill(min(before), signal.SIGKILL)
        until(lambda: len(server.workers() - before) == 1)
        until(lambda: _accepts(server))

        assert requests.get(f"{server.url}/adfs/probe", timeout=NET_SECONDS).status_code == 200
        assert server.end() == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_no_process_is_left_when_the_supervisor_dies(config_file, federation, engine):
    with serve_process(config_file, TALLYSTICK__SERVE__ENGINE=engine) as server:
        left = {server.host} | server.workers()
        server.process.kill()

        until(lambda: not any(map(is_alive, left)))


def test_no_process_is_left_when_the_host_dies_and_the_exit_status_shows_it(
    config_file, federation
):
    with serve_process(config_file) as server:
        workers = server.workers()
        os.kill(server.host, signal.SIGKILL)

        assert server.process.wait(NET_SECONDS) == 1
        until(lambda: not any(map(is_alive, workers)))
        assert "server_ended" in server.said()


def test_systemd_is_notified_when_the_server_is_ready_and_when_it_stops(
    config_file, federation, tmp_path
):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.bind(str(tmp_path / "notify"))
        notified.settimeout(NET_SECONDS)
        with serve_process(
            config_file, "--workers", "1", NOTIFY_SOCKET=str(tmp_path / "notify")
        ) as server:
            assert notified.recv(100) == b"READY=1"
            assert server.end() == 0
            assert notified.recv(100) == b"STOPPING=1"


def test_a_header_of_the_environment_is_no_header_of_a_request(config_file, federation):
    """Many web servers show applications the environment with each request."""
    user = federation.add_user()
    with serve_process(config_file, "--workers", "1", HTTP_ORIGIN="https://other.example.test"):
        sign_in = federation.sign_in(federation.idp_initiated_url(SP_ID), user)

        assert sign_in.number, "the post of the password has no Origin that is not ours"
