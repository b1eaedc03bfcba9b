"""Plans the undo of a change of the farm: which steps put back what was before.

Nothing is read or changed here. :mod:`idp.management.farm_undo` performs the steps, and the history
plans them to say what can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.audit.changes import ChangeEntry, storable
from idp.management.nps_changes import host_state

if TYPE_CHECKING:
    from idp.services import Services

Values = Mapping[str, Any]


class UndoRefused(TallystickError):
    """Raised for a change that cannot be undone now."""


class ChangedSince(UndoRefused):
    """Raised when a node or host is no longer as the change has left it."""

    code = "changed_since"

    def __init__(self, problem: str) -> None:
        super().__init__(problem, sentence("Undo the later change first, or set what you want"))


class CannotBeUndone(UndoRefused):
    """Raised for a change that has no way back."""

    code = "cannot_be_undone"


class AlreadyUndone(UndoRefused):
    """Raised for a change that was undone before."""

    code = "already_undone"


@dataclass(slots=True)
class FarmState:
    """The builds of the nodes and the settings of the NPS hosts, by name.

    ``clients`` are the hosts that have clients.
    """

    nodes: dict[str, str]
    hosts: dict[str, Values]
    clients: frozenset[str]

    @classmethod
    def of(cls, services: Services) -> FarmState:
        """Return the state of the farm now."""
        hosts = {host.name: host_state(host) or {} for host in services.nps.hosts()}
        return cls(
            {node.name: node.build for node in services.farm.nodes()},
            {name: storable(state) for name, state in hosts.items()},
            frozenset(client.host for client in services.nps.clients()),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``verb`` is that of its entry, ``value`` what it sets (None: nothing)."""

    verb: str
    name: str
    value: Any = None


def plan_undo(
    change_id: int, entries: Sequence[ChangeEntry], state: FarmState, *, undone_by: int | None
) -> tuple[Step, ...]:
    """Return the steps that take back all *entries* of a change, the last of them first.

    Raises :class:`AlreadyUndone`, :class:`ChangedSince` and :class:`CannotBeUndone`.
    """
    must_not_be_undone(change_id, undone_by)
    after = FarmState(dict(state.nodes), dict(state.hosts), state.clients)
    steps = []
    for entry in reversed(entries):
        planned = _PLANS.get(entry.verb, _no_way_back)(entry, after)
        if planned is not None:
            _take(planned, after)
            steps.append(planned)
    if not steps:
        raise CannotBeUndone(
            sentence("Change {id} left everything as it was", id=change_id),
            sentence("Nothing is to do"),
        )
    return tuple(steps)


def must_not_be_undone(change_id: int, undone_by: int | None) -> None:
    """Raise :class:`AlreadyUndone` if a change, whose id is *undone_by*, has undone this one."""
    if undone_by is not None:
        raise AlreadyUndone(
            sentence("Change {id} is undone already, by change {by}", id=change_id, by=undone_by),
            sentence("To have it again, undo change {by}", by=undone_by),
        )


def _plan_node_set(entry: ChangeEntry, state: FarmState) -> Step | None:
    name = entry.about
    if entry.before is None:
        _must_run(name, _text_in(entry.after, "build"), state)
        return Step("node.remove", name)
    if not isinstance(entry.before, dict) or "build" not in entry.before:
        return None  # the build was the same before
    _must_run(name, _text_in(entry.after, "build"), state)
    return Step("node.set", name, _text_in(entry.before, "build"))


def _plan_node_rename(entry: ChangeEntry, state: FarmState) -> Step:
    old, new = _text_in(entry.before, "name"), _text_in(entry.after, "name")
    if new not in state.nodes:
        raise ChangedSince(sentence("There is no node {name} now", name=repr(new)))
    _must_be_free(old, state)
    return Step("node.rename", new, old)


def _plan_node_remove(entry: ChangeEntry, state: FarmState) -> Step:
    _must_be_free(entry.about, state)
    return Step("node.set", entry.about, _text_in(entry.before, "build"))


def _plan_host_set(entry: ChangeEntry, state: FarmState) -> Step | None:
    name, before, after = entry.about, entry.before, _values_in(entry.after)
    if before is not None and not _values_in(before):
        return None
    _must_be_set(name, after, state)
    if before is None:
        if name in state.clients:
            raise ChangedSince(sentence("The NPS host {name} has clients now", name=repr(name)))
        return Step("nps.remove", name)
    return Step("nps.set", name, _whole(before))


def _plan_host_remove(entry: ChangeEntry, state: FarmState) -> Step:
    if entry.about in state.hosts:
        raise ChangedSince(sentence("There is an NPS host {name} again", name=repr(entry.about)))
    before = dict(_values_in(entry.before))
    if before.pop("clients", ["unknown"]):
        raise CannotBeUndone(
            sentence(
                "The NPS host {name} had clients, and their shared secrets are deleted",
                name=repr(entry.about),
            ),
            sentence("Add host and clients again: tallystick nps set, tallystick nps client add"),
        )
    return Step("nps.set", entry.about, _whole(before))


def _no_way_back(entry: ChangeEntry, _state: FarmState) -> Step:
    why = {
        "nps.restart": (
            sentence("A restart cannot be undone"),
            sentence("Set the registry values, and restart again"),
        ),
        "nps_client.set": (
            sentence("The audit log does not have the shared secret that a client had before"),
            sentence("Set the client again: tallystick nps client add"),
        ),
        "nps_client.remove": (
            sentence("The shared secret of a removed client is deleted"),
            sentence("Add the client again: tallystick nps client add"),
        ),
    }
    problem, remedy = why.get(
        entry.verb, (sentence("There is no way back"), sentence("Set what you want"))
    )
    raise CannotBeUndone(problem, remedy)


_PLANS: Mapping[str, Callable[[ChangeEntry, FarmState], Step | None]] = {
    "node.set": _plan_node_set,
    "node.rename": _plan_node_rename,
    "node.remove": _plan_node_remove,
    "nps.set": _plan_host_set,
    "nps.remove": _plan_host_remove,
}


def _take(step: Step, state: FarmState) -> None:
    """Change *state* as the step will change the farm."""
    match step.verb:
        case "node.set":
            state.nodes[step.name] = step.value
        case "node.rename":
            state.nodes[step.value] = state.nodes.pop(step.name)
        case "node.remove":
            del state.nodes[step.name]
        case "nps.set":
            state.hosts[step.name] = {**state.hosts.get(step.name, {}), **step.value}
        case "nps.remove":
            del state.hosts[step.name]


def _must_run(name: str, build: str, state: FarmState) -> None:
    now = state.nodes.get(name)
    if now is None:
        raise ChangedSince(sentence("There is no node {name} now", name=repr(name)))
    if now != build:
        raise ChangedSince(
            sentence(
                "The node {name} runs {now} now, not {build}", name=repr(name), now=now, build=build
            )
        )


def _must_be_free(name: str, state: FarmState) -> None:
    if name in state.nodes:
        raise ChangedSince(
            sentence(
                "There is a node {name} now, which runs {build}",
                name=repr(name),
                build=state.nodes[name],
            )
        )


def _must_be_set(name: str, values: Values, state: FarmState) -> None:
    now = state.hosts.get(name)
    if now is None:
        raise ChangedSince(sentence("There is no NPS host {name} now", name=repr(name)))
    for key, value in values.items():
        if now.get(key) != value:
            shown = key.replace("_", " ")
            raise ChangedSince(
                sentence(
                    "The {setting} of the NPS host {name} is {now} now, not {then}",
                    setting=shown,
                    name=repr(name),
                    now=_shown(now.get(key)),
                    then=_shown(value),
                )
            )


def _values_in(value: Any) -> Values:
    if not isinstance(value, dict):
        raise _not_kept()
    return value


def _text_in(value: Any, key: str) -> str:
    found = _values_in(value).get(key)
    if not isinstance(found, str):
        raise _not_kept()
    return found


def _whole(values: Values) -> Values:
    """Return values to set; raises if one of them was too long for the audit log."""
    for each in (values, *(value for value in values.values() if isinstance(value, dict))):
        if any(isinstance(value, dict) and "sha256" in value for value in each.values()):
            raise _not_kept()
    return values


def _not_kept() -> CannotBeUndone:
    return CannotBeUndone(
        sentence("The audit log does not have what was before this change"),
        sentence("Set what you want"),
    )


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return (
            ", ".join(f"{key} {each}" for key, each in value.items() if each != "unset") or "unset"
        )
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
