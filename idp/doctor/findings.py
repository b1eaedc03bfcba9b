"""A finding of the doctor, and the values that every check takes."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from adapter.errors import TallystickError
from idp.config.schema import Config
from idp.federation.token_signing.warnings import can_write
from idp.system_clock import SystemClock


class Level(StrEnum):
    """How bad a finding is: ``broken`` stops users or exposes secrets; a ``warning`` may later."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: a stable code, what is wrong, what to do.

    Level ``ok`` has a code, and a sentence if there is something to know.
    """

    level: Level
    code: str
    problem: str = ""
    remedy: str = ""


Findings = Iterator[Finding]


def warning(code: str, problem: str, remedy: str) -> Finding:
    """Return a finding that does not stop anybody yet."""
    return Finding(Level.WARNING, code, problem, remedy)


def broken(code: str, problem: str, remedy: str) -> Finding:
    """Return a finding that keeps users from signing in, or secrets from being safe."""
    return Finding(Level.BROKEN, code, problem, remedy)


def from_error(error: TallystickError) -> Finding:
    """Return an error as a finding."""
    return broken(error.code, error.problem, error.remedy)


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _resolve(host: str) -> None:
    socket.getaddrinfo(host, None)


@dataclass(frozen=True, slots=True)
class Environment:
    """What checks ask the machine: the time, addresses of names, space and rights in folders.

    ``resolve`` raises ``OSError`` for a name without an address. Tests replace these functions.
    """

    now: Callable[[], datetime] = SystemClock().now
    resolve: Callable[[str], None] = _resolve
    free_bytes: Callable[[Path], int] = _free_bytes
    can_write: Callable[[Path], bool] = can_write


@dataclass(frozen=True, slots=True)
class ServerUnderTest:
    """The server that is checked."""

    config_file: Path
    config: Config
    environment: Environment
