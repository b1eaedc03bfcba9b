"""Hotfix lists: ``Get-HotFix``, ``wmic qfe``, the end of ``systeminfo``.

Such a list can prove that an update is in, never that one is missing: later cumulative updates
replace earlier ones in it. KB numbers have no order; the catalogue tells which build each brought.
"""

from __future__ import annotations

import re

from adapter.windows.catalogue import CatalogueUpdate, updates_with_kb
from adapter.windows.versions import Lines

_KB = re.compile(r"(?<!\w)KB([0-9]{6,7})(?!\w)", re.IGNORECASE)


def is_one_kb(text: str) -> bool:
    """Whether *text* is a KB's name and nothing else."""
    return _KB.fullmatch(text.strip()) is not None


def kbs_in(lines: Lines) -> tuple[str, ...]:
    """The KBs of a list, each once; not those in names of packages, whose state may be any."""
    found = (kb for line in lines for kb in _KB.findall(line))
    return tuple(dict.fromkeys(f"KB{digits}" for digits in found))


def base_of(kbs: tuple[str, ...]) -> int | None:
    """The one base build that all catalogued KBs belong to, None where there is not just one."""
    bases = [{row.build.base for row in rows} for kb in kbs if (rows := updates_with_kb(kb))]
    common = set.intersection(*bases) if bases else set()
    return common.pop() if len(common) == 1 else None


def newest_of(kbs: tuple[str, ...], base: int) -> CatalogueUpdate | None:
    """The newest catalogued update of a base build in the list; of a KB's two builds the lower."""
    rows = [
        min(own, key=_revision)
        for kb in kbs
        if (own := [row for row in updates_with_kb(kb) if row.build.base == base])
    ]
    return max(rows, key=_revision, default=None)


def foreign_to(kbs: tuple[str, ...], base: int) -> tuple[str, ...]:
    """The KBs that are catalogued, but for other base builds only."""
    return tuple(
        kb
        for kb in kbs
        if (rows := updates_with_kb(kb)) and all(row.build.base != base for row in rows)
    )


def _revision(row: CatalogueUpdate) -> int:
    return row.build.revision
