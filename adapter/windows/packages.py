"""Packages as ``dism /online /get-packages`` and ``Get-WindowsPackage -Online`` list them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapter.windows.builds import BASE, REVISION, Build
from adapter.windows.versions import Lines

_INSTALLED = "Installed"
_PENDING = "InstallPending"

_ROLLUP = re.compile(rf"Package_for_RollupFix~\S{{0,60}}?~~({BASE})\.({REVISION})\.(.*)")
_STATE_LINE = re.compile(r"[ \t]*(?:Package)?State[ \t]*:(.*)")
# Partially Installed is named so that it is not read as Installed; other states count for nothing.
_STATE = re.compile(r"\b(?:Partially ?Installed|Install ?Pending|Installed)\b")


def builds_in(lines: Lines) -> tuple[Build, ...]:
    """Return the build of the newest installed package of each base build.

    Superseded packages do not count.
    """
    return _newest(lines, _INSTALLED)


def pending_in(lines: Lines) -> tuple[Build, ...]:
    """Return the build of the newest package that waits for a restart, for each base build."""
    return _newest(lines, _PENDING)


def _newest(lines: Lines, wanted: str) -> tuple[Build, ...]:
    newest: dict[int, Build] = {}
    for build, state in _packages(lines):
        if state == wanted and build.includes(newest.get(build.base, build)):
            newest[build.base] = build
    return tuple(newest.values())


def _packages(lines: Lines) -> Iterator[tuple[Build, str]]:
    """Yield every cumulative update with its state, which stands after it or on a line below."""
    build: Build | None = None
    for line in lines:
        rollup, below = _ROLLUP.search(line), _STATE_LINE.match(line)
        if rollup:
            build = Build(int(rollup[1]), int(rollup[2]))
        elif "~" in line:  # the identity of another package
            build = None
        state = _STATE.search(rollup[3] if rollup else below[1] if below else "")
        if build and state:
            yield build, state[0].replace(" ", "")
        if below:
            build = None
