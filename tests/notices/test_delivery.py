"""Where mails go: over SMTP with TLS that is checked, or as files that only their owner reads."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from pydantic import ValidationError
from support.clock import NOON
from support.mail.smtp_server import smtp_server
from support.users import ALICE

from idp.config.mail import MailSection
from idp.demo.certificates import create_certificates
from idp.notices.delivery import MailNotSent, delivery_of, describe_delivery
from idp.notices.mail import write_mail
from idp.notices.occasions import Occasion


@pytest.fixture
def mail():
    return write_mail(
        "-id_1",
        [Occasion("codes_added", ALICE, NOON)],
        to="a.archer@mail.test",
        display_name="Älice",
        sender="no-reply@sts.example.test",
        server="sts.example.test",
        now=NOON,
    )


def test_without_a_host_a_mail_is_a_file_that_only_its_owner_reads(mail, tmp_path):
    folder = tmp_path / "outbox"
    delivery = delivery_of(MailSection(folder=folder))
    delivery.send(mail)
    delivery.send(mail)  # again, after its worker died: it replaces its file

    (file,) = folder.iterdir()
    assert file.name == "20240501T120000Z--id_1.eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["To"] == mail["To"]


def test_a_folder_that_cannot_be_written_is_an_error_that_is_tried_again(mail, tmp_path):
    (tmp_path / "outbox").write_text("a file is in the way")

    with pytest.raises(MailNotSent):
        delivery_of(MailSection(folder=tmp_path / "outbox")).send(mail)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A certificate for localhost, and the authority that made it."""
    return create_certificates(tmp_path_factory.mktemp("tls"), "localhost", datetime.now(UTC))


@pytest.fixture
def trusted(made, monkeypatch):
    """This process trusts that authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(made.ca_file))


def test_a_mail_goes_by_starttls_with_the_password(mail, made, trusted):
    with smtp_server(made.server_context()) as server:
        settings = MailSection(
            host="localhost", port=server.port, user="tally", password="correct horse"
        )
        delivery_of(settings).send(mail)

    assert server.passwords == [b"correct horse"]
    assert server.secure == [True]
    (received,) = (message_from_bytes(each, policy=policy.default) for each in server.mails)
    assert received["Message-ID"] == mail["Message-ID"]
    assert "Hello Älice," in received.get_content()


def test_a_certificate_that_is_not_trusted_gets_neither_mail_nor_password(mail, made):
    with smtp_server(made.server_context()) as server:
        settings = MailSection(host="localhost", port=server.port, user="tally", password="horse")
        with pytest.raises(MailNotSent, match="SSLCertVerificationError"):
            delivery_of(settings).send(mail)

    assert server.passwords == server.mails == []


def test_a_server_without_starttls_gets_nothing(mail):
    with smtp_server() as server, pytest.raises(MailNotSent):
        delivery_of(MailSection(host="localhost", port=server.port)).send(mail)

    assert server.mails == []


def test_a_server_on_the_same_machine_may_do_without_tls(mail):
    with smtp_server() as server:
        delivery_of(MailSection(host="127.0.0.1", port=server.port, security="none")).send(mail)

    assert server.secure == [False]


def test_a_mail_that_the_server_does_not_take_is_not_sent_and_no_password_is_told(mail):
    with smtp_server() as server:
        server.answer = b"451 later"
        settings = MailSection(host="127.0.0.1", port=server.port, security="none")
        with pytest.raises(MailNotSent, match="451"):
            delivery_of(settings).send(mail)


@pytest.mark.parametrize("farewell", [b"500 what", b"nonsense", b"\xff\xfe"])
def test_a_mail_that_the_server_has_taken_is_sent_whatever_follows(mail, farewell):
    with smtp_server() as server:
        server.farewell = farewell
        delivery_of(MailSection(host="127.0.0.1", port=server.port, security="none")).send(mail)

    assert len(server.mails) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"user": "tally"},
        {"password": "horse"},
        {"user": "tally", "password": "horse", "security": "none"},
        {"sender": "Tally <tally@example.test>"},
        {"sender": "tally@example.test\r\nBcc: x"},
        {"host": ""},
    ],
)
def test_settings_that_cannot_work_or_tell_the_password_are_refused(values):
    with pytest.raises(ValidationError):
        MailSection(**{"host": "mail.example.test", **values})


def test_where_mails_go_is_said(tmp_path):
    assert str(tmp_path) in describe_delivery(MailSection(folder=tmp_path))
    for security, port in (("starttls", 587), ("tls", 465), ("none", 25)):
        said = describe_delivery(MailSection(host="mail.example.test", security=security))
        assert f"mail.example.test:{port}" in said
