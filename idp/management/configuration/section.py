"""What a section of a document is: how its tables are read, compared, and put into effect."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from idp.services import Services

Table = dict[str, Any]


@dataclass(slots=True)
class Given:
    """One table of a document: as it was given, and what is stored under its name, if anything.

    ``document`` is all of it, since a trust may have a policy that the same document makes.
    """

    table: Table
    stored: Table | None
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def merged(self) -> Table:
        """What is stored, with the given keys in place of the stored ones; null is not given."""
        named = {key: value for key, value in self.table.items() if value is not None}
        return {**(self.stored or {}), **named}


class Section(ABC):
    """One section. Its tables are plain JSON values without null, in one fixed order of keys.

    ``kind`` is what one table describes, for people. ``identity`` is the key that names a table;
    it is empty for a section that is one table. A plan shows the keys ``shown`` of a new table.
    """

    key: str
    kind: str
    model: type[BaseModel]
    identity: str = "name"
    shown: tuple[str, ...] = ()

    @property
    def is_single(self) -> bool:
        """Whether the section is one table, and not a list of named ones."""
        return not self.identity

    @abstractmethod
    def stored(self, services: Services) -> dict[str, Table]:
        """Return the tables that are stored now by name, in the order of the document."""

    @abstractmethod
    def wanted(self, services: Services, given: Given) -> Table:
        """Return the table after the change, as :meth:`stored` would then have it.

        Raises :class:`~adapter.errors.TallystickError` for values that are refused.
        """

    @abstractmethod
    def make(self, services: Services, given: Given, wanted: Table, prepared: Any) -> None:
        """Add or change what a table describes, through the use cases of administration."""

    @abstractmethod
    def remove(self, services: Services, name: str) -> None:
        """Remove what is stored under *name*."""

    def warnings(self, services: Services) -> Iterator[str]:
        """Yield a sentence for what is stored and cannot be in a document."""
        yield from ()

    def name_of(self, table: Table) -> str:
        """Return the name in a given table, in the spelling of :meth:`stored`."""
        return str(table[self.identity])

    def prepare(self, services: Services, given: Given, wanted: Table) -> Any:
        """Do what takes long, before the transaction: fetch metadata, hash a password."""
        return None

    def notes(self, given: Given) -> Iterator[str]:
        """Yield a sentence for what a table does, or does not do, beside its changes."""
        yield from ()


class SingleSection(Section):
    """A section that is one table: it can be changed, and not removed."""

    identity = ""

    def name_of(self, table: Table) -> str:
        """Return the one name."""
        return ""

    def remove(self, services: Services, name: str) -> None:
        """Do nothing: pruning removes named tables only."""


def changed_keys(wanted: Table, stored: Table | None) -> list[str]:
    """Return the keys of *wanted* whose values are not stored."""
    return [key for key, value in wanted.items() if not stored or stored.get(key) != value]
