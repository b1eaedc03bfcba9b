"""The schema is compiled before a server has threads; then its first requests may come at once."""

from __future__ import annotations

import os
import subprocess
import sys

FIRST_REQUESTS = """\
import os
import sys
import threading
from pathlib import Path

from idp.app import create_app
from idp.config.reading import load
from idp.saml.bindings import SamlMessage
from idp.saml.messages import parse_message

THREADS, SERVERS = 16, 30
REQUEST = SamlMessage(
    b'<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1"'
    b' Version="2.0" IssueInstant="2026-11-24T12:00:00Z"/>', None, "POST",
)


def read_requests_at_once():
    start, read = threading.Barrier(THREADS), []

    def read_request():
        start.wait()
        read.append(parse_message(REQUEST, parameter="SAMLRequest", name="AuthnRequest"))

    threads = [threading.Thread(target=read_request) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(read) == THREADS


create_app(load(Path(sys.argv[1])))
failed = 0
for _ in range(SERVERS):
    server = os.fork()  # a process that nobody has asked anything yet
    if server == 0:
        os._exit(0 if read_requests_at_once() else 1)
    failed += os.waitstatus_to_exitcode(os.waitpid(server, 0)[1]) != 0
print(failed)
"""


def test_the_first_requests_of_a_server_may_come_at_once(farm_folder):
    """libxml2 fails in some threads if the schema is compiled while others compile or parse.

    Without the compilation at the start, up to a third of the processes fail.
    """
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", FIRST_REQUESTS, str(farm_folder / "tallystick.toml")],
        env=os.environ | {"TALLYSTICK__TRUSTS__MONITORING_INTERVAL_MINUTES": "0"},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "0", done.stderr
