"""Compares a document with what is stored: the changes that applying it makes, one by one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError, Unavailable
from idp.management.configuration.document import Table
from idp.management.configuration.faults import (
    GIVEN_TWICE,
    BadConfiguration,
    ConfigurationFault,
    Place,
    fault_of_error,
    model_faults,
)
from idp.management.configuration.section import Given, Section
from idp.management.configuration.sections import SECTIONS
from idp.management.configuration.tables import DocumentTable

if TYPE_CHECKING:
    from idp.services import Services

ADD, CHANGE, REMOVE = "add", "change", "remove"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that changes; ``key`` is dotted, and None stands for no value."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to one table; ``wanted`` is the table afterwards, None if it is removed."""

    action: str
    section: Section
    name: str
    place: Place
    given: Given
    wanted: Table | None
    differences: tuple[Difference, ...] = ()

    @property
    def id(self) -> tuple[str, str]:
        """What the change is about, the same each time a document is compared."""
        return self.section.key, self.name

    def as_json(self) -> dict[str, Any]:
        """Return the change for scripts."""
        return {
            "action": self.action,
            "section": self.section.key,
            "name": self.name,
            "differences": [
                {"key": each.key, "before": each.before, "after": each.after}
                for each in self.differences
            ],
        }


@dataclass(slots=True)
class Plan:
    """All changes in the order in which they are made, faults, and notes for people."""

    changes: list[Change] = field(default_factory=list)
    faults: list[ConfigurationFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """What stands for the changes, so that only those are made that somebody has seen."""
        told = json.dumps([each.as_json() for each in self.changes], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()

    def must_be_faultless(self) -> None:
        """Raise :class:`BadConfiguration` with all faults."""
        if self.faults:
            raise BadConfiguration(self.faults)

    def as_json(self) -> dict[str, Any]:
        """Return the plan for scripts."""
        return {
            "changes": [each.as_json() for each in self.changes],
            "notes": self.notes,
            "digest": self.digest,
        }


def compare(services: Services, document: Mapping[str, Any], *, prune: bool = False) -> Plan:
    """Return what applying *document* would do; nothing is changed, and nothing is fetched.

    With *prune*, what a section that the document has does not name is removed. Faults are in the
    plan, not raised.
    """
    plan = Plan(faults=list(model_faults(DocumentTable, dict(document), ())))
    wrong = {fault.place[0] for fault in plan.faults if fault.place}
    for section in SECTIONS:
        value = document.get(section.key)
        if value is not None and section.key not in wrong:
            _compare_section(services, section, document, plan, prune=prune)
    plan.changes.sort(key=_turn)
    return plan


def _turn(change: Change) -> int:
    """Return when a change is made: removals first, except of policies, which trusts have."""
    if change.action != REMOVE:
        return 1
    return 2 if change.section.key == "access_control_policies" else 0


def _compare_section(
    services: Services,
    section: Section,
    document: Mapping[str, Any],
    plan: Plan,
    *,
    prune: bool,
) -> None:
    stored, seen = section.stored(services), set[str]()
    value = document[section.key]
    for number, table in enumerate([value] if section.is_single else value):
        place = (section.key,) if section.is_single else (section.key, str(number))
        faults = list(model_faults(section.model, table, place, _told_name(section, table)))
        plan.faults += faults
        if faults:
            continue
        name = section.name_of(table)
        if name in seen:
            plan.faults.append(ConfigurationFault(place, GIVEN_TWICE, "it is given twice", name))
        seen.add(name)
        given = Given(table, stored.get(name), document)
        _compare_table(services, plan, section, name, place, given)
    if prune and not section.is_single:
        for name, table in stored.items():
            if name not in seen:
                gone = Given({}, table)
                plan.changes.append(Change(REMOVE, section, name, (section.key,), gone, None))


def _compare_table(
    services: Services, plan: Plan, section: Section, name: str, place: Place, given: Given
) -> None:
    """Add the change of one table to the plan, with its notes, or its faults."""
    try:
        wanted = section.wanted(services, given)
        plan.notes += section.notes(given)
    except Unavailable:
        raise
    except TallystickError as error:
        plan.faults += fault_of_error(error, place, name)
        return
    differences = tuple(_differences(given.stored or {}, wanted))
    if given.stored is None or differences:
        action = ADD if given.stored is None else CHANGE
        plan.changes.append(Change(action, section, name, place, given, wanted, differences))


def _differences(before: Any, after: Any, key: str = "") -> Iterator[Difference]:
    """Yield each value that differs, of tables in tables by a dotted key."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in {**before, **after}:
            dotted = f"{key}.{name}" if key else name
            yield from _differences(before.get(name), after.get(name), dotted)
    elif isinstance(before, dict) or isinstance(after, dict):
        yield from _differences(before or {}, after or {}, key)
    elif before != after:
        yield Difference(key, before, after)


def _told_name(section: Section, table: Any) -> str:
    if not section.identity or not isinstance(table, dict):
        return ""
    name = table.get(section.identity, "")
    return name if isinstance(name, str) else ""
