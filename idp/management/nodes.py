"""The nodes of the farm with what their users see and why.

Used by the Farm page, ``/admin/api/nodes``, ``tallystick server`` and the doctor.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.decision import Decision, decide
from adapter.mfa.devices.device import PHONE_CURRENT, PHONE_OLD, WEARABLE
from adapter.sentences import sentence
from adapter.windows import CatalogueUpdate, updates_of
from idp.federation.farm import BadNode
from idp.instants import json_instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from idp.audit.changes import Made
    from idp.federation.farm import Node, NodeChange
    from idp.services import Services

EXPERIENCE_TEXTS = {
    "number_match":   sentence("a number to match"),
    "approve_deny":   sentence("Approve/Deny"),
    "refused":        sentence("a refusal: upgrade the app"),
    "phone_required": sentence("“use your phone”"),
    "unavailable":    sentence("no push"),
}  # fmt: skip
DEVICES = {
    PHONE_CURRENT: sentence("Phone with a current app"),
    PHONE_OLD:     sentence("Phone with an old app"),
    WEARABLE:      sentence("Wearable"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SuggestedBuild:
    """A build that the Farm page offers on a button: with the required update, or without it."""

    label: str
    build: str


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node and the decision for each kind of device, by the device's name."""

    node: Node
    by_device: tuple[tuple[str, Decision], ...]

    @property
    def decision(self) -> Decision:
        """The decision for a user with a current phone."""
        return self.by_device[0][1]

    @property
    def shows(self) -> str:
        """What a user with a current phone sees, in words."""
        return experience_text(self.decision)

    @property
    def installed(self) -> str:
        """The newest update of the catalogue that the node has, with its date; empty without."""
        update = self.decision.installed
        if update is None:
            return ""
        day = update.released.isoformat()
        if update.build == self.decision.build:
            return sentence("{kb} of {day}", kb=update.kb, day=day)
        return sentence("{kb} of {day} or later", kb=update.kb, day=day)

    @property
    def devices(self) -> tuple[tuple[str, str], ...]:
        """Pairs of a device's name and what its user sees."""
        return tuple((name, experience_text(decision)) for name, decision in self.by_device)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about an unusual build."""
        return self.decision.warnings

    @property
    def suggested_build(self) -> SuggestedBuild | None:
        """The build that brings the other experience, None if no update of Microsoft's does."""
        required = self.decision.required_build
        if required is None:
            return None
        if self.decision.reason == "kb_missing":
            return SuggestedBuild(
                sentence("Install {kb} ({build})", kb=self.decision.kb, build=required),
                str(required),
            )
        before = _last_before(required.base, required.revision)
        return SuggestedBuild(
            sentence("Go back to {kb} ({build})", kb=before.kb, build=before.build),
            str(before.build),
        )


def nodes(services: Services) -> tuple[NodeView, ...]:
    """Return all nodes in the order they were made."""
    return tuple(view_of(services, node) for node in services.farm.nodes())


def view_of(services: Services, node: Node) -> NodeView:
    """Return a node with what its users see, if a policy allows them push."""
    return NodeView(
        node,
        tuple(
            (
                name,
                decide(
                    scenario="adfs",
                    host=node.build,
                    device=device,
                    products_after_table=services.mfa.products_after_table,
                ),
            )
            for device, name in DEVICES.items()
        ),
    )


def set_build(services: Services, name: str, text: str) -> NodeChange:
    """Set the build of a node, or add one; raises what ``Farm.set_build`` raises."""
    with changing_nodes(services) as made:
        return set_within(services, made, name, text)


def set_builds(services: Services, names: Sequence[str], text: str) -> tuple[NodeChange, ...]:
    """Set the build of several nodes that exist, all or none; raises the same."""
    with changing_nodes(services) as made:
        must_exist(services, names)
        return tuple(set_within(services, made, name, text) for name in dict.fromkeys(names))


def must_exist(services: Services, names: Sequence[str]) -> None:
    """Raise :class:`~idp.federation.farm.BadNode` unless these are nodes, and at least one."""
    if not names:
        raise BadNode(sentence("No node is chosen"), sentence("Choose at least one"))
    known = {node.name for node in services.farm.nodes()}
    for name in names:
        if name not in known:
            raise BadNode(
                sentence("There is no node {name}", name=repr(name[:80])),
                sentence("See tallystick server list"),
            )


def import_builds(services: Services, text: str) -> tuple[NodeChange, ...]:
    """Set the builds of a CSV text, all or none; raises :class:`~idp.csv_table.CsvFaults`."""
    with changing_nodes(services) as made:
        before = {node.name: node for node in services.farm.nodes()}
        changes = services.farm.import_csv(text, services.changes.actor.label)
        for change in changes:
            _add(made, before.get(change.node.name), change.node)
    return changes


def rename(services: Services, name: str, new_name: str) -> Node:
    """Give a node another name; raises :class:`~idp.federation.farm.BadNode`."""
    with changing_nodes(services) as made:
        return rename_within(services, made, name, new_name)


def remove(services: Services, name: str) -> None:
    """Remove a node; raises :class:`~idp.federation.farm.BadNode` if there is none."""
    with changing_nodes(services) as made:
        remove_within(services, made, name)


@contextmanager
def changing_nodes(services: Services) -> Iterator[Made]:
    """Record changes of nodes; nobody else changes any, so ``before`` is what they replace."""
    with services.changes.recording() as made:
        services.farm.lock()
        yield made


def set_within(services: Services, made: Made, name: str, text: str) -> NodeChange:
    """Set the build of a node as a part of a larger change."""
    before = services.farm.node(name)
    change = services.farm.set_build(name, text, services.changes.actor.label)
    _add(made, before, change.node)
    return change


def rename_within(services: Services, made: Made, name: str, new_name: str) -> Node:
    """Rename a node, likewise."""
    node = services.farm.rename(name, new_name)
    made.add("node.rename", name, before={"name": name}, after={"name": new_name})
    return node


def remove_within(services: Services, made: Made, name: str) -> None:
    """Remove a node, likewise."""
    before = services.farm.node(name)
    services.farm.remove(name)
    made.add("node.remove", name, before=before and node_as_json(before))


def _add(made: Made, before: Node | None, after: Node) -> None:
    made.add(
        "node.set",
        after.name,
        before=before and node_as_json(before),
        after=node_as_json(after),
        build=after.build,
    )


def node_as_json(node: Node) -> dict[str, Any]:
    """Return a node as the REST API and ``tallystick server --json`` show it."""
    return {
        "name": node.name,
        "product": node.product,
        "build": node.build,
        "changed_at": json_instant(node.changed_at),
        "changed_by": node.changed_by,
    }


def change_as_json(change: NodeChange) -> dict[str, Any]:
    """Return the node after a change, and the warnings about its new build."""
    return {**node_as_json(change.node), "warnings": list(change.warnings)}


def experience_text(decision: Decision) -> str:
    """Return what a user sees, in words."""
    return EXPERIENCE_TEXTS[decision.experience or "unavailable"]


def _last_before(base: int, revision: int) -> CatalogueUpdate:
    """Return the newest update below *revision*, without the optional previews."""
    return max(
        (
            update
            for update in updates_of(base)
            if update.build.revision < revision and update.kind != "preview"
        ),
        key=lambda update: update.build.revision,
    )
