"""The catalogue of cumulative updates: which KB brought which build, and when.

Its rows are in ``adapter/data/windows-server-updates.csv`` and are read at first use.
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
from adapter.sentences import sentence
from adapter.windows.builds import Build, parse_build

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class CatalogueUpdate:
    """A published update: the build it brings, its KB, its day of release and its kind.

    ``kind`` is ``security``, ``preview``, ``out-of-band``, ``hotpatch``, ``rtm`` or
    ``unclassified``.
    """

    product: str
    build: Build
    kb: str
    released: date
    kind: str


class UnknownKBError(TallystickError):
    """Raised when the catalogue has no update of this KB, or several products share it."""

    code = "unknown_kb"


def installed_update(build: Build) -> CatalogueUpdate | None:
    """Return the newest catalogued update that a server of this build includes, or None.

    It is the server's own update if its build equals *build*. A build newer than the whole
    catalogue is normal.
    """
    updates = updates_of(build.base)
    count = bisect_right(updates, build.revision, key=lambda update: update.build.revision)
    return updates[count - 1] if count else None


def updates_of(base: int) -> tuple[CatalogueUpdate, ...]:
    """Return the updates of one base build, oldest first; empty if there are none."""
    return _by_base().get(base, ())


def updates_with_kb(kb: str) -> tuple[CatalogueUpdate, ...]:
    """Return all updates of a KB (``KB5007205``).

    There are several if products share the KB, or if it brought two builds.
    """
    return _by_kb().get(kb.strip().upper(), ())


def build_of_kb(kb: str) -> Build:
    """Return the build that a KB brings; if it has two, the lower one, which it proves.

    Raises :class:`UnknownKBError` if the catalogue does not have it, or several products share it.
    """
    rows = updates_with_kb(kb)
    if not rows:
        raise UnknownKBError(
            sentence(
                "{strip} is not a cumulative update of Windows Server in the catalogue",
                strip=repr(kb.strip()),
            ),
            sentence("Give the server's build, as winver shows it"),
        )
    if len({row.build.base for row in rows}) > 1:
        raise UnknownKBError(
            sentence(
                "{strip} brings {rows}",
                strip=kb.strip(),
                rows=" or ".join(str(row.build) for row in rows),
            ),
            sentence("Give the one that is the server's build"),
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
