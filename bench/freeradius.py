"""Debian's FreeRADIUS with one user in a file: what RADIUS costs where nothing else is done.

It keeps passwords in clear text, has no lock-out and writes no log.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

from bench.radius_client import HOST, PASSWORD, SECRET, USER, RadiusServer, free_port

PROGRAM = shutil.which("freeradius", path="/usr/sbin:/usr/local/sbin")
"""None where it is not installed."""


CONFIGURATION = Template("""
name = freeradius
confdir = $folder
raddbdir = $folder
run_dir = $folder
logdir = $folder
libdir = /usr/lib/freeradius
pidfile = $folder/pid
proxy_requests = no
security {
    reject_delay = 0
    status_server = no
}
client bench {
    ipaddr = $host
    secret = "$secret"
    require_message_authenticator = yes
}
modules {
    files {
        usersfile = $folder/users
    }
    pap {
    }
}
server default {
    listen {
        type = auth
        ipaddr = $host
        port = $port
    }
    authorize {
        files
        pap
    }
    authenticate {
        Auth-Type PAP {
            pap
        }
    }
}
""")


@contextmanager
def serving(folder: Path) -> Iterator[RadiusServer]:
    """Run it with a configuration in *folder*, until the block is left."""
    if PROGRAM is None:
        raise FileNotFoundError("freeradius")
    port = free_port()
    folder.mkdir()
    values = {"folder": folder, "host": HOST, "port": port, "secret": SECRET}
    (folder / "radiusd.conf").write_text(CONFIGURATION.substitute(values))
    (folder / "users").write_text(f'{USER} Cleartext-Password := "{PASSWORD}"\n')
    log = folder / "out"
    with (
        log.open("w") as out,
        subprocess.Popen(  # noqa: S603 - the program of the system
            [PROGRAM, "-f", "-l", "stdout", "-d", folder], stdout=out, stderr=out
        ) as process,
    ):
        try:
            server = RadiusServer(process.pid, port)
            server.wait_until_ready(process)
            yield server
        finally:
            process.terminate()
