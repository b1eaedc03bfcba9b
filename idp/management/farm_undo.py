"""Undoes a change of the farm: puts back what was before, as a new change with its own entries.

All nodes and hosts of the change are put back, or none. Used by the page ``/admin/farm/history``,
``/admin/api/farm/history/ID/undo`` and ``tallystick server undo``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.management import nodes, nps_changes
from idp.management.farm_history import UNDO, VERBS, farm_entries, undone_by
from idp.management.farm_plan import FarmState, Step, plan_undo
from idp.nps.registry import changes_from_texts

if TYPE_CHECKING:
    from idp.audit.changes import Made
    from idp.nps.store import HostChange
    from idp.services import Services

SETTINGS = ("version", "addresses", "port", "legacy_port", "protocols")


class NoSuchChange(TallystickError):
    """Raised for an id that no change of the farm has."""

    code = "no_such_change"


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo has done: the change that is undone, and what is said about it."""

    change_id: int
    sentences: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {"undone": self.change_id, "changes": list(self.sentences)}


def undo(services: Services, change_id: int) -> Undone:
    """Undo a change; *change_id* is the id of any of its entries in the audit log.

    Nobody else changes the farm meanwhile, so of two undos of a change one is refused. Raises
    :class:`NoSuchChange`, what :func:`~idp.management.farm_plan.plan_undo` raises, and what the
    steps raise.
    """
    with services.changes.recording() as made:
        services.farm.lock()
        services.nps.lock()
        group = services.changes.store.group_of(change_id, VERBS)
        if group is None:
            raise NoSuchChange(
                sentence("The farm has no change {id}", id=change_id),
                sentence("See tallystick server history"),
            )
        steps = plan_undo(
            group.id,
            farm_entries(group),
            FarmState.of(services),
            undone_by=undone_by(services, group.id),
        )
        made.add(UNDO, str(group.id), after={"steps": len(steps)})
        for step in steps:
            _perform(services, made, step)
    return Undone(group.id, tuple(_sentence(step) for step in steps))


def undo_text(text: str) -> int:
    """Return the id that a form or an address holds; raises :class:`NoSuchChange`."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NoSuchChange(
            sentence("{text} is no id of a change", text=repr(text[:40])),
            sentence("See tallystick server history"),
        )
    return int(text)


def _perform(services: Services, made: Made, step: Step) -> None:
    match step.verb:
        case "node.set":
            nodes.set_within(services, made, step.name, step.value)
        case "node.rename":
            nodes.rename_within(services, made, step.name, step.value)
        case "node.remove":
            nodes.remove_within(services, made, step.name)
        case "nps.remove":
            nps_changes.remove_within(services, made, step.name)
        case "nps.set":
            nps_changes.set_within(
                services, made, step.name, lambda: _set_host(services, step.name, step.value)
            )


def _set_host(services: Services, name: str, values: Mapping[str, Any]) -> HostChange:
    """Set a host as it was; a removed one has the registry values in force that it had."""
    by = services.changes.actor.label
    settings = {key: values[key] for key in SETTINGS if key in values}
    if "in_force" in values:
        in_force = changes_from_texts(values["in_force"])
        services.nps.set_host(name, by, registry=in_force, **settings)
        services.nps.restart(name, by)
    return services.nps.set_host(
        name, by, registry=changes_from_texts(values.get("registry", {})), **settings
    )


def _sentence(step: Step) -> str:
    match step.verb:
        case "node.set":
            return sentence("{name} runs {build}.", name=step.name, build=step.value)
        case "node.rename":
            return sentence("{name} is {new_name} now.", name=step.name, new_name=step.value)
        case "node.remove":
            return sentence("{name} is no longer a node.", name=step.name)
        case "nps.remove":
            return sentence("The NPS host {name} is removed.", name=step.name)
    return sentence("The NPS host {name} is set as it was before.", name=step.name)
