"""``tallystick serve`` runs the process that answers RADIUS, and starts it again if it dies."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from pathlib import Path

import pytest
from support.ports import free_udp_port
from support.radius.client import REJECT, RadiusClient
from support.servers.serve_process import children, serve_process, serve_section, until
from support.servers.server_folder import assembled

SECRET = "the secret of this host"


@pytest.fixture
def config(farm_folder: Path) -> Path:
    """A server with one NPS host."""
    with assembled(farm_folder) as services:
        services.nps.set_host(
            "nps1", "test", version="1.2.2216.1", addresses=["127.0.0.1"], port=free_udp_port()
        )
        services.nps.add_client("nps1", "127.0.0.1", "test", secret=SECRET)
    file = serve_section(farm_folder, workers=1)
    file.write_text(file.read_text() + '\n[radius]\nsupervised = true\nevent_log = "events"\n')
    return file


def radius_processes(server) -> set[int]:
    """Return the processes of a server that answer RADIUS."""
    return {pid for pid in children(server.process.pid) if b"radius_process" in command_of(pid)}


def command_of(pid: int) -> bytes:
    """Return the command line of a process; nothing if it has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def test_serve_answers_radius_and_starts_its_process_again(config, farm_folder):
    with assembled(farm_folder) as services:
        host = services.nps.existing("nps1")
    with (
        serve_process(config) as server,
        closing(RadiusClient(("127.0.0.1", host.port), SECRET)) as vpn,
    ):
        request = vpn.pap("nobody@example.test", "a password")
        assert vpn.ask_patiently(request).code == REJECT
        (first,) = radius_processes(server)
        os.kill(first, signal.SIGKILL)
        until(lambda: radius_processes(server) - {first})

        again = vpn.pap("nobody@example.test", "a password")
        assert vpn.ask_patiently(again).code == REJECT
        assert server.end() == 0
        assert '"process": "RADIUS"' in server.said()
    events = (farm_folder / "events" / "Security.log").read_text().splitlines()
    assert [line.split("\t")[1:3] for line in events] == [["nps1", "6273"]] * 2
