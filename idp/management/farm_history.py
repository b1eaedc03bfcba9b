"""The history of the farm: what each change of nodes and NPS hosts was, from the audit log.

Used by the page ``/admin/farm/history``, ``/admin/api/farm/history`` and ``tallystick server
history``. :mod:`idp.management.farm_undo` takes a change back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.sentences import sentence
from idp.audit.changes import ChangeEntry, ChangeGroup, ChangeQuery
from idp.instants import json_instant
from idp.management.audit_log import text_of
from idp.management.farm_plan import FarmState, UndoRefused, must_not_be_undone, plan_undo

if TYPE_CHECKING:
    from idp.services import Services

UNDO = "farm.undo"
VERBS = (
    "node.set", "node.rename", "node.remove",
    "nps.set", "nps.restart", "nps.remove", "nps_client.set", "nps_client.remove",
    UNDO,
)  # fmt: skip
PAGE_SIZE = 25
MAX_PAGE_SIZE = 200
MAX_ENTRIES = 200
"""Entries of one change that are read for a page; an undo reads all of them."""
MAX_SHOWN = 10
"""Entries of one change that the page and the command show."""

_LABELS = {
    "node.set": sentence("Build set"),
    "node.rename": sentence("Node renamed"),
    "node.remove": sentence("Node removed"),
    "nps.set": sentence("NPS host set"),
    "nps.restart": sentence("NPS host restarted"),
    "nps.remove": sentence("NPS host removed"),
    "nps_client.set": sentence("Client of an NPS host set"),
    "nps_client.remove": sentence("Client of an NPS host removed"),
}
_ADDED = {
    "node.set": sentence("Node added"),
    "nps.set": sentence("NPS host added"),
    "nps_client.set": sentence("Client of an NPS host added"),
}
_NOT_SHOWN = ("name", "product", "changed_at", "changed_by", "host", "network")
"""What an entry has besides what was changed: who, when, and what the object says already."""


@dataclass(frozen=True, slots=True)
class PastEntry:
    """One thing that a change has changed; ``differences`` are names with texts before, after."""

    entry: ChangeEntry
    label: str
    differences: tuple[tuple[str, str, str], ...]

    @property
    def sentence(self) -> str:
        """The same in one line."""
        pairs = (
            f"{name} {before} → {after}" if before and after else f"{name} {before or after}"
            for name, before, after in self.differences
        )
        return f"{self.label}: {self.entry.about}{''.join(f'; {each.strip()}' for each in pairs)}"


@dataclass(frozen=True, slots=True)
class PastChange:
    """A change of the farm. ``refusal`` says why it cannot be undone now; None if it can.

    ``undone_by`` is the id of the change that took it back, ``undoes`` the one that it took back.
    """

    group: ChangeGroup
    entries: tuple[PastEntry, ...]
    refusal: UndoRefused | None
    undone_by: int | None
    undoes: int | None

    @property
    def id(self) -> int:
        """The id of the change: that of its last entry in the audit log."""
        return self.group.id

    @property
    def shown(self) -> tuple[PastEntry, ...]:
        """The first entries."""
        return self.entries[:MAX_SHOWN]

    @property
    def count(self) -> int:
        """How many things were changed."""
        return self.group.count - (self.undoes is not None)

    @property
    def more(self) -> int:
        """How many entries there are besides."""
        return self.count - len(self.shown)

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        actor, refusal = self.group.actor, self.refusal
        return {
            "id": self.id,
            "at": json_instant(self.group.at),
            "actor": actor.name,
            "role": actor.role,
            "via": actor.via,
            "count": self.count,
            "changes": [
                {
                    "verb": each.entry.verb,
                    "object": each.entry.about,
                    "before": each.entry.before,
                    "after": each.entry.after,
                }
                for each in self.entries
            ],
            "undoes": self.undoes,
            "undone_by": self.undone_by,
            "can_be_undone": refusal is None,
            "why_not": None if refusal is None else refusal.code,
        }


def history(
    services: Services, *, before_id: int | None = None, limit: int = PAGE_SIZE
) -> tuple[tuple[PastChange, ...], int | None]:
    """Return a page of changes, newest first, and the id to ask for the next page with, if any."""
    store = services.changes.store
    found = store.groups(VERBS, limit + 1, before_id, entries=MAX_ENTRIES)
    state = FarmState.of(services)
    shown = tuple(_past_change(services, group, state) for group in found[:limit])
    return shown, shown[-1].id if len(found) > limit else None


def undone_by(services: Services, change_id: int) -> int | None:
    """Return the id of the change that has undone a change, None if none has."""
    store = services.changes.store
    for entry in store.newest(ChangeQuery(verb=UNDO, about=str(change_id)), 1):
        group = store.group_of(entry.id, VERBS)
        return group.id if group else entry.id
    return None


def farm_entries(group: ChangeGroup) -> tuple[ChangeEntry, ...]:
    """Return the entries that are about nodes and hosts."""
    return tuple(entry for entry in group.entries if entry.verb != UNDO)


def undone_id(group: ChangeGroup) -> int | None:
    """Return the id of the change that a change has undone, None if it is no undo."""
    about = next((entry.about for entry in group.entries if entry.verb == UNDO), "")
    return int(about) if about.isascii() and about.isdigit() else None


def past_entry(entry: ChangeEntry) -> PastEntry:
    """Return one entry in words."""
    labels = _ADDED if entry.before is None and entry.verb in _ADDED else _LABELS
    return PastEntry(entry, labels.get(entry.verb, entry.verb), tuple(_differences(entry)))


def _past_change(services: Services, group: ChangeGroup, state: FarmState) -> PastChange:
    taken_back, refusal = undone_by(services, group.id), None
    entries = farm_entries(group)
    try:
        must_not_be_undone(group.id, taken_back)
        if group.count == len(group.entries):
            plan_undo(group.id, entries, state, undone_by=taken_back)
    except UndoRefused as error:
        refusal = error
    past = tuple(past_entry(entry) for entry in entries)
    return PastChange(group, past, refusal, taken_back, undone_id(group))


def _differences(entry: ChangeEntry) -> Iterator[tuple[str, str, str]]:
    if entry.verb == "node.rename":
        names = (_object(entry.before).get("name"), _object(entry.after).get("name"))
        yield "", text_of(names[0]), text_of(names[1])
        return
    old, new = _flat(_object(entry.before)), _flat(_object(entry.after))
    for key in {**old, **new}:
        before, after = text_of(old.get(key)), text_of(new.get(key))
        is_left_out = key in _NOT_SHOWN or before == after
        if not is_left_out and (entry.before is not None or after != "unset"):
            yield key, before, after


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """Return registry values beside the others, and lists as texts."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict) and "sha256" not in value:
            prefix = "in force: " if key == "in_force" else ""
            flat |= {f"{prefix}{name}": each for name, each in value.items()}
        else:
            flat[key] = ", ".join(map(str, value)) if isinstance(value, list) else value
    return flat


def in_words(change: PastChange) -> Sequence[str]:
    """Return the lines that the command shows for a change."""
    more = [f"and {change.more} more"] if change.more > 0 else []
    about = [f"Undo of {change.undoes}"] if change.undoes is not None else []
    return [*about, *(each.sentence for each in change.shown), *more]
