"""The catalogue of cumulative updates: which KB brought which build, and when.

The rows are those of ``adapter/data/windows-server-updates.csv``, read at first use.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TypeVar

from adapter.errors import TallystickError
from adapter.windows.builds import Build, parse_build

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class CatalogueUpdate:
    """A published update: the build it brings, its KB, the day it came out and of which kind it is.

    ``kind`` is security, preview, out-of-band, hotpatch, rtm or unclassified.
    """

    product: str
    build: Build
    kb: str
    released: date
    kind: str


class UnknownKBError(TallystickError):
    """Raised when the catalogue holds no update of this KB, or several servers share it."""

    code = "unknown_kb"


def installed_update(build: Build) -> CatalogueUpdate | None:
    """The newest catalogued update that a server of this build holds, None where there is none.

    It is exact when its build is the one asked for. A build later than the catalogue is normal.
    """
    updates = updates_of(build.base)
    count = bisect_right(updates, build.revision, key=lambda update: update.build.revision)
    return updates[count - 1] if count else None


def updates_of(base: int) -> tuple[CatalogueUpdate, ...]:
    """The updates of one base build, oldest first; empty for a base without any."""
    return _by_base().get(base, ())


def updates_with_kb(kb: str) -> tuple[CatalogueUpdate, ...]:
    """Every row of a KB (``KB5007205``): several where products share it or it had two builds."""
    return _by_kb().get(kb.strip().upper(), ())


def build_of_kb(kb: str) -> Build:
    """The build that a KB brings to a server; of two builds of one KB the lower, the proven one.

    Raises :class:`UnknownKBError` where the catalogue does not hold it, or several products do.
    """
    rows = updates_with_kb(kb)
    if not rows:
        raise UnknownKBError(
            f"{kb.strip()!r} is no cumulative update of Windows Server in the catalogue",
            "Give the server's build, as winver shows it",
        )
    if len({row.build.base for row in rows}) > 1:
        raise UnknownKBError(
            f"{kb.strip()} brings {' or '.join(str(row.build) for row in rows)}",
            "Give the one that is the server's build",
        )
    return rows[0].build


@cache
def _rows() -> tuple[CatalogueUpdate, ...]:
    source = files("adapter").joinpath("data", "windows-server-updates.csv")
    rows = [_row(line) for line in csv.DictReader(source.read_text("utf-8").splitlines())]
    return tuple(sorted(rows, key=lambda row: (row.build.base, row.build.revision)))


def _row(line: Mapping[str, str]) -> CatalogueUpdate:
    return CatalogueUpdate(
        product=line["product"],
        build=parse_build(line["build"]),
        kb=line["kb"],
        released=date.fromisoformat(line["released"]),
        kind=line["kind"],
    )


@cache
def _by_base() -> Mapping[int, tuple[CatalogueUpdate, ...]]:
    return _grouped((row.build.base, row) for row in _rows())


@cache
def _by_kb() -> Mapping[str, tuple[CatalogueUpdate, ...]]:
    return _grouped((row.kb, row) for row in _rows())


def _grouped(
    pairs: Iterable[tuple[K, CatalogueUpdate]],
) -> Mapping[K, tuple[CatalogueUpdate, ...]]:
    groups: defaultdict[K, list[CatalogueUpdate]] = defaultdict(list)
    for key, row in pairs:
        groups[key].append(row)
    return {key: tuple(rows) for key, rows in groups.items()}
