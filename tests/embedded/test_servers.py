"""Web servers in this process: their addresses, their end, and those who say nothing."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime

import pytest
import requests

from idp.demo.certificates import create_certificates
from idp.embedded.servers import ThreadedServer
from idp.sockets import AddressUnavailable, listen, port_of


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def test_a_port_can_be_had_once():
    with listen("127.0.0.1", 0) as first, pytest.raises(AddressUnavailable) as refused:
        listen("127.0.0.1", port_of(first))
    assert refused.value.code == "port_in_use"


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("no.such.invalid", 0)])
def test_addresses_of_other_machines_are_refused(host, port):
    with pytest.raises(AddressUnavailable):
        listen(host, port)


def test_a_server_answers_until_it_is_stopped_and_then_frees_its_port():
    server = ThreadedServer(listen("127.0.0.1", 0), hello)
    server.start()
    assert requests.get(f"http://127.0.0.1:{server.port}", timeout=10).text == "hello"
    server.stop()
    listen("127.0.0.1", server.port).close()


def test_a_server_that_was_never_started_frees_its_port_too():
    server = ThreadedServer(listen("127.0.0.1", 0), hello)
    server.stop()
    listen("127.0.0.1", server.port).close()


def test_a_server_does_not_reveal_its_software():
    server = ThreadedServer(listen("127.0.0.1", 0), hello)
    server.start()
    said = requests.get(f"http://127.0.0.1:{server.port}", timeout=10).headers["Server"]
    server.stop()
    assert said == "Tallystick"


def test_a_silent_connection_under_tls_does_not_keep_others_out(tmp_path):
    tls = create_certificates(tmp_path, "localhost", datetime.now(UTC))
    server = ThreadedServer(listen("127.0.0.1", 0), hello, tls.server_context())
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)):
        answer = requests.get(
            f"https://localhost:{server.port}", timeout=10, verify=str(tls.ca_file)
        )
    server.stop()
    assert answer.text == "hello"


def test_a_client_without_tls_breaks_nothing(tmp_path, capfd):
    tls = create_certificates(tmp_path, "localhost", datetime.now(UTC))
    server = ThreadedServer(listen("127.0.0.1", 0), hello, tls.server_context())
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        plain.recv(100)
    context = ssl.create_default_context(cafile=tls.ca_file)
    with (
        socket.create_connection(("127.0.0.1", server.port)) as connection,
        context.wrap_socket(connection, server_hostname="localhost"),
    ):
        pass
    server.stop()
    assert capfd.readouterr().err == ""
