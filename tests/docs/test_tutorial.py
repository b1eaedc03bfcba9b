"""docs/tutorial.md, followed from the first line to the last: each command prints what it says."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.servers.demo_process import SECONDS, TALLYSTICK, DemoProcess, demo_process

from idp.embedded.browser import Browser
from idp.embedded.page import Page

PAGE = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text()
STEPS = re.split(r"^## \d\. ", PAGE, flags=re.MULTILINE)[1:]
START, MAKE_USER, SIGN_IN, TAKE_AWAY, LOOK = STEPS
USER, PASSWORD = "you@example.test", "correct horse 7"


class Learner:
    """Somebody who types what the tutorial shows, in one terminal, and has a browser."""

    def __init__(self, demo: DemoProcess, folder: Path) -> None:
        self.demo = demo
        self._environment = {"TALLYSTICK_PHONE": str(folder / "my.phone")}
        self._folder = folder
        self.said = ""

    def types(self, step: str, **blanks: str) -> None:
        """Type every tallystick command of a step; check that it prints what the page shows."""
        for command, expected in commands(step):
            for blank, value in blanks.items():
                command = command.replace(blank, value)
            self.said = self._run(command)
            for line in expected:
                assert re.search(pattern(line), self.said), (command, line, self.said)

    def signs_in(self) -> tuple[Browser, Page]:
        """Choose the test service provider on the list, and give the password."""
        browser = Browser()
        start = f"{self.demo.told['idp']}/adfs/ls/idpinitiatedsignon.aspx"
        page = browser.get(f"{start}?loginToRp=urn:tallystick:test-sp")
        return browser, browser.submit(page.form, UserName=USER, Password=PASSWORD)

    def _run(self, command: str) -> str:
        done = subprocess.run(  # noqa: S602 - what the tutorial tells people to run
            command,
            shell=True,
            cwd=self._folder,
            env=os.environ
            | self._environment
            | {
                "TALLYSTICK_CONFIG": self.demo.told["config"],
                "PATH": f"{TALLYSTICK.parent}:{os.environ['PATH']}",
            },
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
        return done.stdout


def commands(step: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each tallystick command of a step, with the lines that the page shows under it."""
    for block in re.findall(r"```console\n(.*?)```", step, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *expected = part.strip().splitlines()
            if "tallystick " in command:
                yield command, expected


def pattern(line: str) -> str:
    """Return a pattern for a line: … matches anything, localhost:8080 matches any port."""
    return re.escape(line).replace("…", ".*").replace("localhost:8080", r"localhost:\d+")


@pytest.fixture(scope="module")
def learner(tmp_path_factory) -> Iterator[Learner]:
    folder = tmp_path_factory.mktemp("tutorial")
    with demo_process("--data-dir", str(folder / "demo")) as demo:
        yield Learner(demo, folder)


def test_the_tutorial_can_be_followed_from_the_first_line_to_the_last(learner):
    learner.types(START)

    learner.types(MAKE_USER.partition("Here the terminal is the phone")[0])
    address = re.search(r"Address\s+(\S+)", learner.said)[1]
    learner.types(MAKE_USER.partition("Here the terminal is the phone")[2], ADDRESS=f"'{address}'")

    browser, page = learner.signs_in()
    learner.types(SIGN_IN, NN=page.text("validEntropyNumber"))
    page = browser.submit(page.form)
    assert "SAMLResponse" in page.form.fields

    before, _, after = TAKE_AWAY.partition("Sign in again")
    learner.types(before)
    browser, page = learner.signs_in()
    assert page.text("validEntropyNumber") is None
    learner.types(after)
    assert "SAMLResponse" in browser.submit(page.form).form.fields

    learner.types(LOOK)
    assert learner.said.count("right_password") == 2
    assert "number_match (kb_installed)" in learner.said
    assert "approve_deny (kb_missing)" in learner.said
