"""The farm as administrators see it: what each node shows, why, and changing its build.

The use cases behind the Farm page, ``/admin/api/nodes`` and ``tallystick server``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.decision import Decision, decide
from adapter.mfa.devices.device import PHONE_CURRENT, PHONE_OLD, WEARABLE
from adapter.windows import CatalogueUpdate, parse_build, updates_of
from idp.management.json_time import timestamp

if TYPE_CHECKING:
    from adapter.mfa.policy import MfaPolicy
    from idp.federation.farm import Node
    from idp.services import Services

SHOWS = {
    "number_match":   "a number to match",
    "approve_deny":   "Approve/Deny",
    "refused":        "a refusal: upgrade the app",
    "phone_required": "“use your phone”",
    "unavailable":    "no push",
}  # fmt: skip
DEVICES = {
    PHONE_CURRENT: "Phone with a current app",
    PHONE_OLD:     "Phone with an old app",
    WEARABLE:      "Wearable",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """A change that is offered for one press: into the required update, or out of it."""

    label: str
    build: str


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node with all that its build decides; ``by_device`` holds every kind of device by name."""

    node: Node
    by_device: tuple[tuple[str, Decision], ...]

    @property
    def decision(self) -> Decision:
        """What a user with a current phone sees."""
        return self.by_device[0][1]

    @property
    def shows(self) -> str:
        """The same in words."""
        return shown(self.decision)

    @property
    def installed(self) -> str:
        """The newest catalogued update that the node holds, with its day; empty without any."""
        update = self.decision.installed
        if update is None:
            return ""
        later = "" if update.build == self.decision.build else " or later"
        return f"{update.kb} of {update.released.isoformat()}{later}"

    @property
    def devices(self) -> tuple[tuple[str, str], ...]:
        """What users see, by the name of their device."""
        return tuple((name, shown(decision)) for name, decision in self.by_device)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about the build."""
        return self.decision.warnings

    @property
    def step(self) -> Step | None:
        """The one change that turns the experience around, where an update can."""
        required = self.decision.required_build
        if required is None:
            return None
        if self.decision.reason == "kb_missing":
            return Step(f"Install {self.decision.kb} ({required})", str(required))
        before = _last_before(required.base, required.revision)
        return Step(f"Go back to {before.kb} ({before.build})", str(before.build))

    def as_json(self) -> dict[str, Any]:
        """Return the node as the REST API shows it."""
        return {
            "name": self.node.name,
            "product": self.node.product,
            "build": self.node.build,
            "changed_at": timestamp(self.node.changed_at),
            "changed_by": self.node.changed_by,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """A node after its build was set, and what is odd about that."""

    view: NodeView
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the node and the warnings."""
        return {**self.view.as_json(), "warnings": list(self.warnings)}


def nodes(services: Services) -> tuple[NodeView, ...]:
    """Return all nodes in their order, as the database has them now."""
    return tuple(_view(node, services.mfa.policy) for node in services.farm.nodes())


def node(services: Services, name: str) -> NodeView | None:
    """Return one node, or None."""
    found = services.farm.node(name)
    return _view(found, services.mfa.policy) if found else None


def set_build(services: Services, name: str, text: str, *, by: str) -> Change:
    """Set the build of a node, new or known, from a build, a KB or pasted text.

    Raises :class:`TallystickError` for a name or a text that cannot be used.
    """
    change = services.farm.set_build(name, text, by)
    return Change(_view(change.node, services.mfa.policy), tuple(change.warnings))


def import_csv(services: Services, text: str, *, by: str) -> tuple[Change, ...]:
    """Set the builds of many nodes from CSV with the columns name and build, all or none."""
    return tuple(
        Change(_view(change.node, services.mfa.policy), tuple(change.warnings))
        for change in services.farm.import_csv(text, by)
    )


def shown(decision: Decision) -> str:
    """Return in words what a decision has the user see."""
    return SHOWS[decision.experience or "unavailable"]


def _view(node: Node, policy: MfaPolicy) -> NodeView:
    build = parse_build(node.build)
    return NodeView(
        node,
        tuple(
            (
                name,
                decide(
                    scenario="adfs",
                    host=build,
                    device=device,
                    push_policy=policy.push_policy,
                    products_after_table=policy.products_after_table,
                ),
            )
            for device, name in DEVICES.items()
        ),
    )


def _last_before(base: int, revision: int) -> CatalogueUpdate:
    """Return the newest update below a required one that is no preview (they mislead)."""
    return max(
        (
            update
            for update in updates_of(base)
            if update.build.revision < revision and update.kind != "preview"
        ),
        key=lambda update: update.build.revision,
    )
