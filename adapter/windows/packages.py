"""Packages as ``dism /online /get-packages`` and ``Get-WindowsPackage -Online`` list them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapter.windows.builds import BASE, REVISION, Build
from adapter.windows.versions import Lines

_INSTALLED = "Installed"
_PENDING = "InstallPending"

_ROLLUP = re.compile(rf"Package_for_RollupFix~\S{{0,60}}?~~({BASE})\.({REVISION})\.(.*)")
_STATE = re.compile(
    r"\b(?:Partially ?Installed|Uninstall ?Pending|Install ?Pending|Installed|Superseded|Staged)\b"
)


def builds_in(lines: Lines) -> tuple[Build, ...]:
    """The newest cumulative update whose package is installed; superseded ones do not count."""
    return _newest(lines, _INSTALLED)


def pending_in(lines: Lines) -> tuple[Build, ...]:
    """The newest cumulative update whose package waits for a restart."""
    return _newest(lines, _PENDING)


def _newest(lines: Lines, wanted: str) -> tuple[Build, ...]:
    newest: dict[int, Build] = {}
    for build, state in _packages(lines):
        if state == wanted and build.includes(newest.get(build.base, build)):
            newest[build.base] = build
    return tuple(newest.values())


def _packages(lines: Lines) -> Iterator[tuple[Build, str]]:
    """Every cumulative update with its state, which stands behind it or on a line below."""
    build: Build | None = None
    for line in lines:
        rollup = _ROLLUP.search(line)
        if rollup:
            build, line = Build(int(rollup[1]), int(rollup[2])), rollup[3]
        elif "~" in line:  # the identity of another package
            build = None
        state = _STATE.search(line)
        if build and state:
            yield build, state[0].replace(" ", "")
            build = None
