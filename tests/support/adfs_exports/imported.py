"""An import of exports, and what it tells."""

from __future__ import annotations

from idp.management.adfs_import.importing import import_adfs
from support.adfs_exports import powershell_7


def imported(services, *objects, write=powershell_7):
    return import_adfs(services, [write(each) for each in objects])


def lines(found, outcome):
    return {line.property: line.text for line in found.lines if line.outcome == outcome}
