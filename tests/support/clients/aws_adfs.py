"""The real aws-adfs, unchanged, in an environment of its own, and what it says while it runs."""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from support.tools.environment import ready_environment

# aws-adfs itself is installed without dependencies: it asks for Kerberos, whose headers few have.
AWS_ADFS = "aws-adfs==2.13.0"
REQUIREMENTS = (
    "boto3",
    "botocore",
    "click>=8,<9",
    "configparser==5.3.0",
    "fido2>=1,<2",
    "lxml>=4.9,<6",
    "requests>=2.27,<3",
)
HOST = "adfs.example.test"
TRUST_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE")
SECONDS = 90


def ready_command() -> Path:
    """Return the aws-adfs command, made on first use."""
    steps = (("--only-binary=:all:", *REQUIREMENTS), ("--no-deps", AWS_ADFS))
    return ready_environment("aws-adfs", *steps) / "aws-adfs"


@dataclass
class AwsAdfs:
    """A running ``aws-adfs login``: what it says on standard error as it says it, and its end."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    lines: queue.Queue[str | None] = field(default_factory=queue.Queue)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Return the first match in what is said from now on; fails when it ends without one."""
        while (line := self.lines.get(timeout=SECONDS)) is not None:
            if match := re.search(pattern, line):
                return match
        raise AssertionError(f"aws-adfs never said {pattern!r} but:\n{self.all_said()}")

    def credentials(self) -> dict[str, str]:
        """Wait for the end and return the credentials that it printed."""
        printed = self.process.stdout.read()
        status = self.process.wait(timeout=SECONDS)
        if status:
            raise AssertionError(f"aws-adfs ended with status {status}:\n{self.all_said()}")
        return json.loads(printed)

    def all_said(self) -> str:
        """Return all that was said on standard error until now."""
        return "".join(self.said)

    def end(self) -> None:
        """Stop it if it still runs, and close what it was read through."""
        with self.process:
            self.process.kill()

    def listen(self, stream: IO[str]) -> None:
        """Read standard error to its end, in a thread of its own."""
        for line in stream:
            self.said.append(line)
            self.lines.put(line)
        self.lines.put(None)


def start(options: Iterable[str], environment: Mapping[str, str], home: Path) -> AwsAdfs:
    """Start ``aws-adfs login``; none of this machine's settings reach it."""
    inherited = {name: os.environ[name] for name in os.environ.keys() - set(TRUST_VARIABLES)}
    command = [ready_command(), "login", "--adfs-host", HOST, "--env", *options]
    process = subprocess.Popen(  # noqa: S603 - the client under test
        [str(word) for word in command],
        env={**inherited, "HOME": str(home), "PYTHONUNBUFFERED": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    client = AwsAdfs(process)
    threading.Thread(target=client.listen, args=[process.stderr], daemon=True).start()
    return client
