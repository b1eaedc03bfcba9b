"""The files of the event log: they keep nobody out, and no name breaks their lines."""

from __future__ import annotations

import pytest

from idp.radius.admission import read_request
from idp.radius.event_log import EventLogFolder
from idp.radius.live_hosts import LiveHosts
from idp.radius.outcome_log import OutcomeLog
from idp.radius.packet import Code
from idp.radius.sign_in import NpsSignIn


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "events"


@pytest.fixture
def begin(federation, radius, vpn, folder):
    """Return what answers a request at a host with this event log, without its sockets."""
    services = federation.services
    sign_in = NpsSignIn(services, OutcomeLog(services, EventLogFolder(folder, services.clock)))

    def begin(name: str, password: str) -> Code:
        host, client = LiveHosts(services.nps).find("nps1", "127.0.0.1")
        data = vpn.pap(name, password).RequestPacket()
        return sign_in.begin(read_request(data, host, client, "127.0.0.1", "an id")).code

    return begin


def is_a_file(folder):
    folder.write_text("")


def is_full(folder):
    folder.mkdir()
    for channel in ("Security", "AuthZAdminCh"):
        (folder / f"{channel}.log").symlink_to("/dev/full")


@pytest.mark.parametrize("spoil", [is_a_file, is_full])
def test_a_folder_that_cannot_be_written_keeps_nobody_out(
    federation, radius, begin, folder, nps_log, lines, spoil
):
    spoil(folder)
    radius.set(ip_whitelist="192.0.2.1")

    assert begin(federation.user.name, federation.user.password) is Code.ACCESS_ACCEPT

    assert [row.outcome for row in nps_log()] == ["ip_whitelisted"]
    faults = [line for line in lines.all() if line["event"] == "radius_event_not_written"]
    assert {line["channel"] for line in faults} == {"Security", "AuthZAdminCh"}
    assert all(str(folder) in line["problem"] for line in faults)


def test_a_folder_that_was_removed_is_made_again(begin, folder):
    begin("nobody@example.test", "a wrong password")
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()

    begin("nobody@example.test", "a wrong password")

    assert len((folder / "Security.log").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    "name", ["\x1b[31mroot", "a\nb", "a\r\tb", "\u202eevil", "a\u2028b", "\x00", "a" * 253]
)
def test_no_name_breaks_a_line_and_no_password_is_in_one(begin, folder, name):
    begin(name, "a wrong password")

    for file in folder.iterdir():
        (line,) = file.read_text().split("\n")[:-1]
        assert line.count("\t") == 3
        assert line.replace("\t", "").isprintable()
        assert "a wrong password" not in line
