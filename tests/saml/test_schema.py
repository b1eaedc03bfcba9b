"""The schema is compiled once, also if several first requests arrive at the same time."""

from __future__ import annotations

import subprocess
import sys

THREADS = """\
import threading
from idp.saml import schema

start, compiled = threading.Barrier(16), []


def compile_schema():
    start.wait()
    compiled.append(schema.protocol())


threads = [threading.Thread(target=compile_schema) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(compiled), len(set(map(id, compiled))))
"""


def test_the_first_requests_of_a_process_may_come_at_once():
    """libxml2 fails in some threads if several compile a schema at the same time."""
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", THREADS], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.split() == ["16", "1"], done.stderr
