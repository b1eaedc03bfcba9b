"""Hotfix lists: ``Get-HotFix``, ``wmic qfe``, the end of ``systeminfo``.

Such a list can prove that an update is installed, never that one is missing: later cumulative
updates replace earlier ones in it. KB numbers have no order; the catalogue says which build each
of them brought.
"""

from __future__ import annotations

import re

from adapter.windows.catalogue import CatalogueUpdate, updates_with_kb
from adapter.windows.versions import Lines

# People also write "KB 5007205" and "KB-5007205".
_KB = re.compile(r"(?<!\w)KB[ \t\u00a0-]?([0-9]{6,7})(?!\w)", re.IGNORECASE)


def one_kb(text: str) -> str | None:
    """Return the KB (``KB5007205``) if *text* names one and nothing else, or None."""
    match = _KB.fullmatch(text.strip())
    return f"KB{match[1]}" if match else None


def kbs_in(lines: Lines) -> tuple[str, ...]:
    """Return the KBs of a list, each once; not those in package names, whose state may be any."""
    found = (kb for line in lines for kb in _KB.findall(line))
    return tuple(dict.fromkeys(f"KB{digits}" for digits in found))


def base_of(kbs: tuple[str, ...]) -> int | None:
    """Return the one base build to which all catalogued KBs belong, or None if there is not one."""
    bases = [{row.build.base for row in rows} for kb in kbs if (rows := updates_with_kb(kb))]
    common = set.intersection(*bases) if bases else set()
    return common.pop() if len(common) == 1 else None


def newest_of(kbs: tuple[str, ...], base: int) -> CatalogueUpdate | None:
    """Return the newest catalogued update of *base* in the list, or None.

    If a KB has two builds, the lower one counts.
    """
    rows = [
        min(own, key=_revision)
        for kb in kbs
        if (own := [row for row in updates_with_kb(kb) if row.build.base == base])
    ]
    return max(rows, key=_revision, default=None)


def foreign_to(kbs: tuple[str, ...], base: int) -> tuple[str, ...]:
    """Return the KBs that the catalogue has only for other base builds."""
    return tuple(
        kb
        for kb in kbs
        if (rows := updates_with_kb(kb)) and all(row.build.base != base for row in rows)
    )


def _revision(row: CatalogueUpdate) -> int:
    return row.build.revision
