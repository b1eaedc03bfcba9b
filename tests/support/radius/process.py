"""``tallystick nps run`` as a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TALLYSTICK = Path(sys.executable).with_name("tallystick")
SECONDS = 90


@dataclass
class NpsProcess:
    """A process that answers for hosts, and the line that it printed when it was ready."""

    process: subprocess.Popen[str]
    told: dict[str, Any]

    @property
    def server(self) -> tuple[str, int]:
        """The address of its first host."""
        first = self.told["hosts"][0]
        return first["address"], first["port"]

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


@contextmanager
def nps_process(config: str | Path, *hosts: str) -> Iterator[NpsProcess]:
    """Answer for hosts of a server until the block is left."""
    with subprocess.Popen(  # noqa: S603 - our own program
        [TALLYSTICK, "nps", "run", "-c", config, "--json", *hosts],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            line = process.stdout.readline()
            if not line:
                raise AssertionError(process.communicate(timeout=SECONDS)[1])
            yield NpsProcess(process, json.loads(line))
        finally:
            process.kill()
            process.communicate(timeout=SECONDS)
