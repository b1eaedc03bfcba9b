"""A process that ``tallystick serve`` runs: how to start it, when it is ready, what its end means.

The supervisor knows nothing else about a process. A web server is one kind
(:mod:`idp.serving.web_process`); a process that serves another protocol is described in the same
way and added to the plan.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class OnExit(StrEnum):
    """What the supervisor does when a process ends although nobody told it to."""

    END_SERVER = "end_server"
    """End all other processes too, with an error: a service manager starts the server again."""
    RESTART = "restart"
    """Start it again after a pause."""


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One kind of process.

    A process must end when it gets SIGTERM, and when its standard input closes: that is how it
    learns that the supervisor has died. ``idp.serving.shutdown`` has a function for each.
    """

    name: str
    """What log lines and errors call it."""
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that it gets in addition to those of the supervisor."""
    count: int = 1
    """How many of it are started."""
    is_ready: Callable[[], bool] | None = None
    """Called again and again after the start, until it returns True. None: ready once started."""
    on_exit: OnExit = OnExit.END_SERVER
    """Holds once the whole server was ready; a process that ends before always ends the server."""


def python_module(name: str) -> tuple[str, ...]:
    """Return the command that runs a module with this interpreter."""
    return (sys.executable, "-P", "-m", name)
