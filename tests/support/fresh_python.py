"""Runs lines of Python in a process of their own, in which nothing of ours is loaded yet."""

from __future__ import annotations

import os
import subprocess
import sys

from support.nets import NET_SECONDS


def printed_by(code: str, *arguments: str, **environment: str) -> str:
    """Return what *code* prints, without the last line break; it must end without an exception.

    *environment* is set beside what the process has anyway.
    """
    done = subprocess.run(  # noqa: S603 - lines of our tests
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=NET_SECONDS,
        check=True,
        env=os.environ | environment,
    )
    return done.stdout.removesuffix("\n")
