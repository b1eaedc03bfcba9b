"""Returns what is stored as a document: everything but secrets, always in the same order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from idp.management.configuration.document import FORMAT, Table
from idp.management.configuration.sections import SECTIONS

if TYPE_CHECKING:
    from idp.services import Services


@dataclass(frozen=True, slots=True)
class Exported:
    """A document, and sentences about what is stored and could not be read."""

    document: Table
    warnings: tuple[str, ...]


def export(services: Services) -> Exported:
    """Return the configuration; raises the error of a policy that cannot be read."""
    document: Table = {"format": FORMAT}
    warnings: list[str] = []
    for section in SECTIONS:
        stored = section.stored(services)
        document[section.key] = stored[""] if section.is_single else list(stored.values())
        warnings += section.warnings(services)
    return Exported(document, tuple(warnings))
