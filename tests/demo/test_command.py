"""``tallystick demo`` from outside: what it prints, what it keeps, how it ends."""

from __future__ import annotations

import re
import shlex
import signal
import socket
import sqlite3
import ssl
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest
import requests
from support.nets import NET_SECONDS
from support.servers.demo_process import (
    DemoProcess,
    demo_process,
    log_in,
    tallystick,
)
from support.servers.serve_process import until
from support.service_providers.field_metadata import ODD_CERTIFICATES, field_metadata

from idp.audit.changes import ChangeQuery
from idp.cli.demo import demo as command
from idp.embedded.browser import Browser
from idp.management import audit_log
from idp.management import nodes as farm

ADDRESSES = ("idp", "sp", "metadata", "authenticator", "admin")


@pytest.fixture(scope="module")
def started_demo() -> Iterator[DemoProcess]:
    """A demo for tests that leave it as it was."""
    with demo_process() as running:
        yield running


@pytest.fixture(scope="module")
def tls_demo() -> Iterator[DemoProcess]:
    """The same by TLS."""
    with demo_process("--tls") as running:
        yield running


@pytest.mark.parametrize("name", ADDRESSES)
def test_each_address_answers_as_soon_as_the_demo_is_ready(name, started_demo):
    assert requests.get(started_demo.told[name], timeout=NET_SECONDS).status_code == 200


def test_the_line_holds_what_scripts_need_and_no_more(started_demo):
    assert list(started_demo.told) == [
        "ready", *ADDRESSES, "admin_token", "config", "users",
    ]  # fmt: skip
    assert started_demo.told["ready"] is True
    assert "/" not in started_demo.told["idp"].removeprefix("http://")


def test_users_come_in_their_order_each_with_what_they_have(started_demo):
    users = started_demo.told["users"]
    assert [set(user) for user in users] == [
        {"name", "password", "phone", "totp_secret", "about"}
    ] * 7
    assert [(bool(u["phone"]), bool(u["totp_secret"])) for u in users] == [
        (True, False), (True, False), (False, True), (True, False), (True, False), (False, False),
        (True, True),
    ]  # fmt: skip
    mfa = started_demo.services.mfa
    devices = [mfa.push.best_device(user["name"]) for user in users]
    assert [device.kind if device else None for device in devices] == [
        "phone-current", "phone-current", None, "phone-old", "wearable", None, "phone-current",
    ]  # fmt: skip
    assert [mfa.methods_of(user["name"]).has("totp") for user in users] == [
        False, False, True, False, False, False, True,
    ]  # fmt: skip


def test_only_its_owner_can_read_what_the_demo_keeps(started_demo):
    phones = [Path(user["phone"]) for user in started_demo.told["users"] if user["phone"]]
    names = ("admin-token", "secret.key", "signing.key", "test-sp.key", "users.json")
    for file in [*phones, *(started_demo.folder / name for name in names)]:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def costs_of_hashes(folder: Path) -> set[str]:
    """Return the parameters of argon2id with which the users' passwords are hashed."""
    with closing(sqlite3.connect(folder / "tallystick.db")) as database:
        rows = database.execute("SELECT password_hash FROM users").fetchall()
    return {stored.split("$")[3] for (stored,) in rows}


def test_passwords_of_a_demo_that_keeps_nothing_are_hashed_as_cheaply_as_can_be(started_demo):
    assert costs_of_hashes(started_demo.folder) == {"m=8,t=1,p=1"}


def test_passwords_of_a_demo_that_is_kept_are_hashed_as_for_real_use(tmp_path):
    with demo_process("--data-dir", str(tmp_path)):
        assert costs_of_hashes(tmp_path) == {"m=19456,t=2,p=1"}


def test_the_first_node_is_patched_the_second_one_revision_short(started_demo):
    nodes = farm.nodes(started_demo.services)
    assert [(view.node.name, view.decision.experience) for view in nodes] == [
        ("srv2022", "number_match"),
        ("srv2019", "approve_deny"),
        ("srv2016", "number_match"),
    ]
    assert nodes[1].node.build == "17763.2299"


def test_the_number_is_typed_in_another_terminal(started_demo):
    browser = Browser()
    page = log_in(started_demo, browser=browser)
    number = page.text("validEntropyNumber")

    file = started_demo.told["users"][0]["phone"]
    approved = started_demo.run("phone", "approve", "--file", file, "--number", number)

    assert approved.returncode == 0, approved.stderr
    page = browser.submit(page.form)
    page = browser.submit(page.form)
    assert page.text("user") == started_demo.told["users"][0]["name"]


def test_the_user_with_codes_signs_in_with_one(started_demo):
    browser = Browser()
    page = log_in(started_demo, 2, browser=browser)
    code = pyotp.TOTP(started_demo.told["users"][2]["totp_secret"]).now()
    page = browser.submit(page.form, VerificationCode=code)
    assert browser.submit(page.form).status == 200


@pytest.mark.parametrize(
    ("user", "sentence"), [(3, "too old"), (4, "watch cannot"), (5, "cannot use the second factor")]
)
def test_users_who_cannot_match_a_number_see_why(user, sentence, started_demo):
    assert sentence in log_in(started_demo, user).error


def test_a_build_set_by_command_holds_from_the_next_sign_in(started_demo):
    before = started_demo.services.farm.node("srv2022").build
    assert log_in(started_demo).text("validEntropyNumber")
    try:
        assert started_demo.run("server", "set", "srv2022", "20348.349").returncode == 0
        assert not log_in(started_demo, 1).text("validEntropyNumber")
    finally:
        started_demo.services.farm.set_build("srv2022", before, by="a test")


def test_a_file_dropped_into_the_metadata_folder_is_a_trust_at_once(started_demo):
    address = f"{started_demo.told['idp']}/adfs/ls/idpinitiatedsignon.aspx?loginToRp=urn:dropped"
    assert Browser().get(address).title == "Error"
    (started_demo.folder / "metadata" / "dropped.xml").write_text(DROPPED)
    assert Browser().get(address).title == "Sign In"


def test_a_dropped_file_is_seen_by_commands_without_a_visit(started_demo):
    (started_demo.folder / "metadata" / "quiet.xml").write_text(DROPPED.replace("dropped", "quiet"))
    until(lambda: started_demo.services.trusts.find("urn:quiet") is not None)


def test_the_audit_log_has_a_dropped_file_that_a_visit_has_loaded(started_demo):
    (started_demo.folder / "metadata" / "noted.xml").write_text(DROPPED.replace("dropped", "noted"))
    Browser().get(started_demo.told["idp"])
    added = ChangeQuery(verb="trust.add", about="urn:noted")
    assert len(list(audit_log.read(started_demo.services, added))) == 1


def test_a_broken_file_in_the_folder_spoils_nothing(started_demo):
    (started_demo.folder / "metadata" / "broken.xml").write_text("<no metadata")
    assert log_in(started_demo, 2).status == 200


def test_with_tls_the_printed_authority_vouches_for_both_servers(tls_demo):
    browser = Browser(verify=str(tls_demo.folder / "tls" / "ca.crt"))
    page = log_in(tls_demo, browser=browser)
    number = page.text("validEntropyNumber")
    file = tls_demo.told["users"][0]["phone"]
    approved = tls_demo.run("phone", "approve", "--file", file, "--number", number)
    assert approved.returncode == 0, approved.stderr
    assert browser.submit(browser.submit(page.form).form).status == 200
    assert all(cookie.secure for cookie in browser.session.cookies)


def test_tls_under_a_name_that_leads_nowhere_here(tmp_path):
    with demo_process("--tls", "--host", "adfs.example.test", "--data-dir", str(tmp_path)) as demo:
        url = urlsplit(demo.told["idp"])
        assert url.hostname == "adfs.example.test"
        context = ssl.create_default_context(cafile=tmp_path / "tls" / "ca.crt")
        with (
            socket.create_connection(("127.0.0.1", url.port)) as connection,
            context.wrap_socket(connection, server_hostname=url.hostname) as spoken,
        ):
            assert spoken.getpeercert()["subjectAltName"][0] == ("DNS", "adfs.example.test")
            spoken.sendall(b"GET /adfs/probe HTTP/1.0\r\nHost: adfs.example.test\r\n\r\n")
            answer = b"".join(iter(lambda: spoken.recv(4096), b""))
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert b"strict-transport-security" not in answer.lower()  # the name is only borrowed


def test_a_silent_connection_does_not_keep_others_out(tls_demo):
    url = tls_demo.told["idp"]
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))):
        ca_file = str(tls_demo.folder / "tls" / "ca.crt")
        assert requests.get(url, timeout=NET_SECONDS, verify=ca_file).status_code == 200


def test_the_demo_prints_for_people_what_to_open_and_how_to_sign_in():
    with demo_process(as_json=False) as demo:
        lines = iter(demo.process.stdout.readline, "Ctrl-C ends it.\n")
        text = "".join(lines)
        assert re.search(r"Start here +http://localhost:\d+/", text)
        assert re.search(r"Administration +http://localhost:\d+/admin/ +token \S+", text)
        assert re.search(r"phone1@example\.test +\S+ +A phone", text)
        assert re.search(r"tallystick phone approve --file \S+ --number NN", text)
        assert re.search(r"tallystick server -c \S+ set srv2022 20348\.349", text)
        assert demo.end(signal.SIGINT) == 0


def test_the_example_in_its_help_can_be_given():
    program, name, *arguments = shlex.split(command.example)
    assert (program, name) == ("tallystick", "demo")
    given = command.make_context(name, arguments).params
    assert (given["port"], given["data_dir"]) == (9000, Path("demo"))


DROPPED = """<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="urn:dropped">
  <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <AssertionConsumerService index="0" Location="https://dropped.example.test/acs"
      Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"/>
  </SPSSODescriptor>
</EntityDescriptor>"""


def test_encryption_and_another_kind_of_key_are_shown_and_keys_are_rolled_while_the_demo_runs():
    with demo_process("--encrypt", "--ecdsa") as demo:
        demo.run("sp", "set", "urn:tallystick:test-sp", "second_factor=never")
        shown = []
        for words in ((), ("keys", "roll", "--kind", "rsa"), ("keys", "promote")):
            assert not words or demo.run(*words).returncode == 0
            browser = Browser()
            page = browser.submit(log_in(demo, browser=browser).form)
            shown.append(page.text("assertion-signature"))
            assert page.text("encryption").startswith("encrypted aes256-gcm")
    assert shown == ["valid ecdsa-sha256", "valid ecdsa-sha256", "valid rsa-sha256"]


def test_the_demo_starts_with_odd_files_in_its_metadata_folder(tmp_path):
    (tmp_path / "metadata").mkdir()
    for file in ODD_CERTIFICATES:
        (tmp_path / "metadata" / f"{file}.xml").write_bytes(field_metadata(file))
    with demo_process("--data-dir", str(tmp_path)) as demo:
        known = {trust.source for trust in demo.services.trusts.list()}
        assert log_in(demo, 2).status == 200
    assert {str(tmp_path / "metadata" / f"{file}.xml") for file in ODD_CERTIFICATES} <= known


def test_a_second_demo_in_the_same_folder_is_refused_and_names_the_first(started_demo):
    data = str(started_demo.folder)
    second = tallystick("demo", "--port", "0", "--data-dir", data)

    assert second.returncode == 1
    (line,) = second.stderr.splitlines()
    assert line.endswith("[demo_is_running]")
    assert started_demo.told["idp"] in line
    assert f"process {started_demo.process.pid}" in line
    assert started_demo.run("server", "list").returncode == 0
