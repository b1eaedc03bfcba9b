"""``tallystick serve`` as users run it: real processes, real requests, real signals."""

from __future__ import annotations

import os
import resource
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from cryptography.hazmat.primitives import serialization as pem
from sqlalchemy import text
from support.nets import NET_SECONDS
from support.phones.signed_phone import SignedPhone, signed_phone_of
from support.servers.serve_process import (
    ServeProcess,
    children,
    free_port,
    is_alive,
    refusal,
    serve_process,
    serve_section,
    starting,
    until,
)
from support.service_providers.metadata_parts import SP_ID, metadata

from idp.app import assemble
from idp.config import WORKER_THREADS
from idp.config.reading import load
from idp.demo import certificates as demo_certificates
from idp.directory import PasswordHasher
from idp.serving.supervisor import GRACE_SECONDS
from idp.sockets import listen
from idp.testing.clock import ShiftedClock
from idp.testing.federation import Federation

Serve = Callable[..., ServeProcess]
ENGINES = ("granian", "waitress")


@pytest.fixture
def server_folder(farm_folder: Path) -> Path:
    """A server's folder; its port is chosen, and its base URL is where it listens."""
    port = free_port()
    file = farm_folder / "tallystick.toml"
    file.write_text(file.read_text().replace("http://idp.example.test", f"http://localhost:{port}"))
    serve_section(farm_folder, port=port, workers=2)
    return farm_folder


@pytest.fixture
def config_file(server_folder: Path) -> Path:
    return server_folder / "tallystick.toml"


@pytest.fixture
def federation(config_file: Path, tmp_path: Path) -> Iterator[Federation]:
    """The same server's rooms, joined here as well: a user, a trust, and who plays them."""
    services = assemble(
        load(config_file),
        clock=ShiftedClock(),
        hasher=PasswordHasher(memory_kib=8, passes=1),
    )
    services.farm.set_build("sts1", "20348.350", "test")
    services.farm.set_build("sts2", "20348.349", "test")
    services.trusts.add(metadata().encode())
    made = Federation(services, tmp_path)
    yield made
    made.close()
    services.close()


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


FORWARDED = (("X-Forwarded-For", "10.9.9.9"), ("X-Forwarded-For", "203.0.113.9"))
"""Two lines of one header, as some proxies write them; the client has made up the first."""
MADE_UP = (("X_Forwarded_For", "10.8.8.8"),)


@pytest.mark.parametrize(
    ("engine", "headers"),
    [("granian", FORWARDED), ("waitress", FORWARDED), ("waitress", FORWARDED + MADE_UP)],
)
def test_only_the_address_that_the_proxy_itself_adds_is_believed(
    config_file, federation, engine, headers
):
    config_file.write_text(
        f'{config_file.read_text()}\n[proxies]\nreverse_proxies = ["127.0.0.1"]\n'
    )
    with serve_process(config_file, TALLYSTICK__SERVE__ENGINE=engine) as server:
        form = b"UserName=alice@example.test&Password=wrong"
        target = federation.idp_initiated_url(SP_ID).removeprefix(federation.url)
        assert post_as_it_is(server, target, form, headers) == 200

    assert [row.client_ip for row in federation.log] == ["203.0.113.9"]


def post_as_it_is(
    server: ServeProcess, target: str, form: bytes, headers: tuple[tuple[str, str], ...]
) -> int:
    """Post a form with these lines of headers: other clients would make one of two."""
    address = urlsplit(server.url)
    connection = HTTPConnection(f"localhost:{address.port}", timeout=NET_SECONDS)
    connection.putrequest("POST", target)
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(len(form)))
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders(form)
    with closing(connection):
        return connection.getresponse().status


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
        waiting = threads.submit(_wait_until_sent_home, phone)
        url, enough = f"{server.url}/adfs/probe", threading.Semaphore(0)
        clients = [threads.submit(_ask_until_refused, url, enough) for _ in range(8)]
        for _ in range(40):
            assert enough.acquire(timeout=NET_SECONDS)

        assert server.end(number) == 0
        answers = [status for client in clients for status in client.result()]
        assert set(answers) == {200}
        assert waiting.result().json()["requests"] == []


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
        assert "[server_ended]" in server.said()


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
    """More than there are threads begin a body; others sign in, and a form more is refused."""
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
        if engine == "granian":
            more = requests.post(f"{server.url}/adfs/ls/", {"UserName": "x"}, timeout=NET_SECONDS)
            assert (more.status_code, more.headers["Retry-After"]) == (503, "1")
        held.close()
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
        assert "[server_ended]" in server.said()


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


def test_a_port_in_use_is_one_line(config_file):
    port = load(config_file).serve.port
    with listen("127.0.0.1", port):
        assert f"Port {port} on 127.0.0.1 is in use" in refusal(config_file)


def test_a_missing_key_is_one_line(config_file, server_folder):
    (server_folder / "signing.key").unlink()

    assert "signing.key cannot be read" in refusal(config_file)


def test_a_database_of_a_later_version_is_one_line(config_file, federation):
    with federation.services.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert "[database_too_new]" in refusal(config_file)


def test_a_node_that_there_is_not_is_one_line(config_file, federation):
    assert "[no_node]" in refusal(config_file, "--node", "sts9")


def test_a_server_without_a_node_starts_and_says_what_to_do(config_file):
    with serve_process(config_file) as server:
        assert requests.get(f"{server.url}/adfs/probe", timeout=NET_SECONDS).status_code == 503
        server.end()
        assert "tallystick server set NODE BUILD" in server.said()


@pytest.fixture
def tls_files(server_folder: Path) -> demo_certificates.TlsFiles:
    return demo_certificates.create_certificates(
        server_folder / "tls", "localhost", datetime.now(UTC)
    )


def with_tls(folder: Path, certificate: Path, key: Path) -> Path:
    file = folder / "tallystick.toml"
    names = f'[serve]\ncertificate = "{certificate}"\nkey = "{key}"'
    file.write_text(file.read_text().replace("[serve]", names))
    return file


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_is_spoken_from_1_2(server_folder, tls_files, version):
    file = with_tls(server_folder, tls_files.certificate, tls_files.key)
    context = ssl.create_default_context(cafile=tls_files.ca_file)
    context.maximum_version = version
    with serve_process(file, "--workers", "1") as server:
        assert server.url.startswith("https:")
        port = load(file).serve.port
        with (
            socket.create_connection(("127.0.0.1", port), timeout=NET_SECONDS) as connection,
            context.wrap_socket(connection, server_hostname="localhost") as wrapped,
        ):
            assert wrapped.version() == version.name.replace("_", ".")


def test_a_certificate_that_cannot_be_used_is_one_line(server_folder, tls_files):
    file = with_tls(server_folder, tls_files.ca_file, tls_files.key)

    assert "[bad_tls_certificate]" in refusal(file)


def test_a_certificate_that_is_missing_is_one_line(server_folder, tls_files):
    file = with_tls(server_folder, server_folder / "missing.crt", tls_files.key)

    assert "[bad_tls_certificate]" in refusal(file)


def test_a_tls_key_of_the_old_form_is_one_line(server_folder, tls_files):
    key = pem.load_pem_private_key(tls_files.key.read_bytes(), None)
    form = (pem.Encoding.PEM, pem.PrivateFormat.TraditionalOpenSSL, pem.NoEncryption())
    tls_files.key.write_bytes(key.private_bytes(*form))
    file = with_tls(server_folder, tls_files.certificate, tls_files.key)

    assert "openssl pkcs8" in refusal(file)


def test_waitress_is_no_server_for_tls(server_folder, tls_files):
    file = with_tls(server_folder, tls_files.certificate, tls_files.key)

    assert "waitress speaks no TLS" in refusal(file, TALLYSTICK__SERVE__ENGINE="waitress")


def test_a_header_of_the_environment_is_no_header_of_a_request(config_file, federation):
    """Granian shows applications the environment with each request."""
    user = federation.add_user()
    with serve_process(config_file, "--workers", "1", HTTP_ORIGIN="https://other.example.test"):
        sign_in = federation.sign_in(federation.idp_initiated_url(SP_ID), user)

        assert sign_in.number, "the post of the password has no Origin that is not ours"


@pytest.mark.parametrize("settings", ["certificate = 'a'", "port = 0", "workers = 0", "engin = 1"])
def test_wrong_settings_are_one_line(server_folder, settings):
    file = server_folder / "tallystick.toml"
    file.write_text(file.read_text().split("[serve]")[0] + f"[serve]\n{settings}\n")

    assert "[config]" in refusal(file)
