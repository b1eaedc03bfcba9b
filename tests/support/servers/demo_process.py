"""``tallystick demo`` as a process of its own, and other commands beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from idp.assembly import assemble
from idp.config.reading import load
from idp.embedded.browser import Browser
from idp.embedded.page import Page
from idp.services import Services

TALLYSTICK = Path(sys.executable).with_name("tallystick")
SECONDS = 90


@dataclass
class DemoProcess:
    """A demo, and the line that it printed when it was ready."""

    process: subprocess.Popen[str]
    told: dict[str, Any]

    @property
    def folder(self) -> Path:
        """Where its data lie."""
        return Path(self.told["config"]).parent

    @cached_property
    def services(self) -> Services:
        """Its rooms, joined once more in this process as other commands join them."""
        return assemble(load(Path(self.told["config"])))

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another command on this demo while it runs."""
        return tallystick(*words, TALLYSTICK_CONFIG=self.told["config"])


def tallystick(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(  # noqa: S603 - our own program
        [TALLYSTICK, *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@contextmanager
def demo_process(*options: str, as_json: bool = True) -> Iterator[DemoProcess]:
    """Run a demo on free ports that is ready, and end it where nobody has.

    Without *as_json*, nothing of what it prints has been read.
    """
    with subprocess.Popen(  # noqa: S603 - our own program
        [TALLYSTICK, "demo", "--port", "0", *(["--json"] if as_json else []), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield DemoProcess(process, _line_of(process) if as_json else {})
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """End it so that it takes its temporary folder along."""
    process.terminate()
    try:
        process.wait(SECONDS)
    finally:
        process.kill()


def _line_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    line = process.stdout.readline()
    if not line:
        raise AssertionError(process.communicate(timeout=SECONDS)[1])
    return json.loads(line)


def log_in(demo: DemoProcess, user: int = 0, *, browser: Browser | None = None) -> Page:
    """Sign in at the demo's service provider, as far as the second factor."""
    browser = browser or Browser()
    person = demo.told["users"][user]
    page = browser.open(demo.told["sp"])
    return browser.submit(page.form, UserName=person["name"], Password=person["password"])
