"""What a running server takes: processor time and memory of all its processes, from ``/proc``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _SYSTEM = 1, 11, 12
"""Fields of ``/proc/PID/stat`` after the name (proc(5)): parent, ticks in user and system mode."""


def tree(pid: int) -> list[int]:
    """Return a process and all its descendants: the supervisor, the web server, its workers."""
    children: dict[int, list[int]] = {}
    for child, parent in _parents():
        children.setdefault(parent, []).append(child)
    found = [pid]
    for each in found:
        found.extend(children.get(each, ()))
    return found


def cpu_seconds(pids: list[int]) -> float:
    """Return the processor time that these processes have used so far."""
    ticks = [int(_stat(pid)[field]) for pid in pids for field in (_USER, _SYSTEM)]
    return sum(ticks) / _TICKS


def memory_megabytes(pids: list[int]) -> float:
    """Return their memory; a page that several processes share is divided between them (PSS)."""
    return sum(_pss_kilobytes(pid) for pid in pids) / 1000


def _pss_kilobytes(pid: int) -> int:
    lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _parents() -> Iterator[tuple[int, int]]:
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                yield int(folder.name), int(_stat(int(folder.name))[_PARENT])
            except OSError:  # it has ended
                continue


def _stat(pid: int) -> list[str]:
    """Return the fields after the name, which may contain spaces."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
