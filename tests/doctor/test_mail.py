"""The doctor says where mails go, and what keeps them from going there."""

from __future__ import annotations

from dataclasses import replace

from idp.doctor.findings import Level


def test_it_is_said_where_mails_go(server):
    def said() -> str:
        (found,) = (finding.problem for finding in server.findings() if finding.code == "mail")
        return found

    assert str(server.folder / "outbox") in said()
    server.setting("mail", 'host = "smtp.example.test"')
    assert "smtp.example.test:587" in said()


def test_a_folder_of_mails_that_others_read_and_a_server_without_an_address_are_found(server):
    (server.folder / "outbox").mkdir(mode=0o700)
    assert server.codes(Level.WARNING) == set()
    (server.folder / "outbox").chmod(0o755)
    assert server.codes(Level.WARNING) == {"mail_folder_is_open"}

    def resolve(host: str) -> None:
        if host == "smtp.example.test":
            raise OSError

    server.environment = replace(server.environment, resolve=resolve)
    server.setting("mail", 'host = "smtp.example.test"')
    assert server.codes(Level.WARNING) == {"mail_host_not_found"}
