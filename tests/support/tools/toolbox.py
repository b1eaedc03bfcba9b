"""Where the tests keep the programs they bring, and how: once, by one process at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[3] / ".tools"
SECONDS_TO_INSTALL = 600


class ToolMissing(Exception):
    """A program that the tests need is not here, and how to bring it; one line or a short list."""


@contextmanager
def alone(name: str) -> Iterator[Path]:
    """Give the folder of a tool to one process at a time: test workers start together."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield TOOLS / name


def run(command: Sequence[str | Path], **environment: str) -> str:
    """Run an installer without input and return what it printed; a failure carries that."""
    done = subprocess.run(  # noqa: S603 - fixed commands of this folder
        [str(word) for word in command],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS_TO_INSTALL,
        check=False,
    )
    if done.returncode:
        words = " ".join(map(str, command))
        raise ToolMissing(f"{words!r} ended with status {done.returncode}:\n{done.stdout[-2000:]}")
    return done.stdout


def can_use_apt() -> bool:
    """Whether Debian's packages can be installed by this process."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def is_installed(package: str) -> bool:
    """Whether this Debian package is here, whole."""
    if shutil.which("dpkg-query") is None:
        return False
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    known = subprocess.run(query, capture_output=True, text=True, check=False)  # noqa: S603 - fixed
    return known.stdout == "installed"


def debian_program(name: str) -> str:
    """Return where a program of Debian's packages is; raises :class:`ToolMissing`."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        raise ToolMissing(f"There is no {name} here: run make test-debian as root.")
    return found


def apt_install(*packages: str) -> None:
    """Install Debian packages; only as root (see :func:`can_use_apt`)."""
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    run([*apt, "update"])
    run(
        [*apt, "install", "-y", "--no-install-recommends", *packages],
        DEBIAN_FRONTEND="noninteractive",
    )
