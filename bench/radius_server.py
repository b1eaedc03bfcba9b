"""The process that answers RADIUS in the benchmarks: ``python -m bench.radius_server FOLDER``.

It is ``tallystick nps run`` with a cheap password hash, and without the delay of rejects.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.radius_client import HOST, PASSWORD, SECRET, USER, RadiusServer
from bench.server import open_server
from idp import logs
from idp.embedded.radius import radius_in_thread
from idp.services import Services

NPS_HOST = "nps1"
ASKS_PHONES = "1.2.2131.2"
"""A version of the extension that sends pushes, and no request for a code."""

BY = "bench"


def add_host(services: Services, *, ip_whitelist: str = "") -> None:
    """Add the user, and the host with this process as its client."""
    services.directory.add(USER, PASSWORD)
    services.nps.set_host(NPS_HOST, BY, version=ASKS_PHONES, addresses=[HOST], protocols=["PAP"])
    services.nps.set_registry(NPS_HOST, BY, ip_whitelist=ip_whitelist)
    services.nps.restart(NPS_HOST, BY)
    services.nps.add_client(NPS_HOST, HOST, BY, secret=SECRET)


@contextmanager
def serving(folder: Path) -> Iterator[RadiusServer]:
    """Answer for the host of the server in *folder*, until the block is left."""
    with (
        (folder / "radius.log").open("w") as log,
        subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "bench.radius_server", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        ) as process,
    ):
        if process.stdout is None:
            raise RuntimeError("The process has no output")
        port = process.stdout.readline()
        if not port:
            raise RuntimeError((folder / "radius.log").read_text())
        yield RadiusServer(process.pid, int(port))
        # Leaving the block of the process closes its input, which ends it.


def main(folder: Path) -> None:
    """Print the port, and answer until the input ends."""
    logs.configure()
    services = open_server(folder)
    with radius_in_thread(services, at=HOST, reject_delay=0) as running:
        sys.stdout.write(f"{running.port_of(NPS_HOST)}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
