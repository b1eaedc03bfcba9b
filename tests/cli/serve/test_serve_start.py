"""``tallystick serve`` at its start: what it says of wrong settings, and how it speaks TLS."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography.hazmat.primitives import serialization as pem
from sqlalchemy import text
from support.nets import NET_SECONDS
from support.servers.serve_process import (
    TALLYSTICK,
    refusal,
    serve_process,
)
from support.service_providers.metadata_parts import SP_ID

from idp.config.reading import load
from idp.demo import certificates as demo_certificates
from idp.sockets import listen


@pytest.fixture
def refused_here(tally, monkeypatch):
    """Run ``serve`` in this process where it must be refused; returns the line that says why.

    What is wrong with settings, files and the database is found before any process is started.
    """

    def run(**environment: str) -> str:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        result = tally("serve")
        assert (result.exit_code, result.stdout) == (1, ""), result.output
        *_log, last = result.stderr.splitlines()
        assert last.startswith("tallystick: ")
        return last

    return run


def test_a_port_in_use_is_one_line(config_file):
    port = load(config_file).serve.port
    with listen("127.0.0.1", port):
        assert f"Port {port} on 127.0.0.1 is in use" in refusal(config_file)


def test_a_server_whose_caller_has_closed_its_standard_error_starts(config_file, federation):
    command = ["/bin/sh", "-c", 'exec "$0" serve -c "$1" --json 2>&-', TALLYSTICK, config_file]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        try:
            told = json.loads(process.stdout.readline())
            assert requests.get(f"{told['url']}/", timeout=NET_SECONDS).ok
        finally:
            process.terminate()


def test_a_missing_key_is_one_line(config_file, server_folder):
    (server_folder / "signing.key").unlink()

    assert "signing.key cannot be read" in refusal(config_file)


def test_a_database_of_a_later_version_is_one_line(config_file, federation, refused_here):
    with federation.services.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert "[database_too_new]" in refused_here()


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


def test_tls_is_spoken_from_1_2(server_folder, tls_files):
    file = with_tls(server_folder, tls_files.certificate, tls_files.key)
    with serve_process(file, "--workers", "1") as server:
        assert server.url.startswith("https:")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            assert _spoken(load(file).serve.port, version, tls_files.ca_file) == version.name


def _spoken(port: int, newest: ssl.TLSVersion, ca_file: Path) -> str:
    """Return the version of TLS that a client gets that knows none after *newest*."""
    context = ssl.create_default_context(cafile=ca_file)
    context.maximum_version = newest
    with (
        socket.create_connection(("127.0.0.1", port), timeout=NET_SECONDS) as connection,
        context.wrap_socket(connection, server_hostname="localhost") as wrapped,
    ):
        return wrapped.version().replace(".", "_")


def test_what_the_doctor_finds_at_a_glance_is_logged_before_the_server_is_ready(server_folder):
    old = datetime.now(UTC) - timedelta(days=800)
    files = demo_certificates.create_certificates(server_folder / "tls", "localhost", old)
    file = with_tls(server_folder, files.certificate, files.key)

    with serve_process(file, "--workers", "1", "--allow-faults") as server:
        server.end()
        found = [json.loads(line) for line in server.said().splitlines() if '"doctor"' in line]

    codes = {each["code"]: each["level"] for each in found}
    assert codes["tls_certificate_expired"] == "error"
    assert codes["base_url_without_tls"] == "error"
    assert codes["faults_allowed"] == "warning"
    assert all(each["remedy"] for each in found)


def test_a_weak_trust_is_logged_once_for_all_workers(config_file, federation):
    federation.services.trusts.change_from_text(SP_ID, {"signature_algorithm": "rsa-sha1"})

    with serve_process(config_file, "--workers", "2") as server:
        server.end()
        said = server.said()

    assert said.count('"weak_trust"') == 1
    assert said.index('"weak_trust"') < said.index('"started"')


def test_a_certificate_that_cannot_be_used_is_one_line(server_folder, tls_files, refused_here):
    with_tls(server_folder, tls_files.ca_file, tls_files.key)

    assert "[bad_tls_certificate]" in refused_here()


def test_a_certificate_that_is_missing_is_one_line(server_folder, tls_files, refused_here):
    with_tls(server_folder, server_folder / "missing.crt", tls_files.key)

    assert "[bad_tls_certificate]" in refused_here()


def test_a_tls_key_of_the_old_form_is_one_line(server_folder, tls_files, refused_here):
    key = pem.load_pem_private_key(tls_files.key.read_bytes(), None)
    form = (pem.Encoding.PEM, pem.PrivateFormat.TraditionalOpenSSL, pem.NoEncryption())
    tls_files.key.write_bytes(key.private_bytes(*form))
    with_tls(server_folder, tls_files.certificate, tls_files.key)

    assert "openssl pkcs8" in refused_here()


def test_waitress_is_no_server_for_tls(server_folder, tls_files, refused_here):
    with_tls(server_folder, tls_files.certificate, tls_files.key)

    assert "waitress speaks no TLS" in refused_here(TALLYSTICK__SERVE__ENGINE="waitress")


@pytest.mark.parametrize("settings", ["certificate = 'a'", "port = 0", "workers = 0", "engin = 1"])
def test_wrong_settings_are_one_line(server_folder, settings, refused_here):
    file = server_folder / "tallystick.toml"
    file.write_text(file.read_text().split("[serve]")[0] + f"[serve]\n{settings}\n")

    assert "[config]" in refused_here()
