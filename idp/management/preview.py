"""What will this user see? A sign-in ahead of time: user, trust, node and device, with each rule.

It asks what a sign-in asks, in the same order: the account, access to the trust, the methods and
policies, limits, and :func:`adapter.decide` for each node and device. :data:`LEFT_OUT` says what it
cannot know. The page ``/admin/preview``, ``GET /admin/api/preview`` and ``tallystick preview`` show
it. Nothing is sent and nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError, said_by
from adapter.mfa.methods import Methods, RegisteredMethod
from adapter.mfa.permissions import Way, way_of
from adapter.mfa.policy import PUSH
from adapter.mfa.verification.first_step import decide_push, first_step
from adapter.reasons import CODE_UNCHANGED, REASONS
from adapter.sentences import sentence
from idp.management import preview_steps
from idp.management.nodes import DEVICES, EXPERIENCE_TEXTS, must_exist
from idp.management.preview_steps import REGISTERED, Person, Step, person_of

if TYPE_CHECKING:
    from adapter.decision import Decision
    from adapter.reasons import Rule
    from idp.federation.farm import Node
    from idp.services import Services

LEFT_OUT = (
    sentence("What the request itself demands, such as ForceAuthn or a RequestedAuthnContext."),
    sentence("A session that the browser has already, which may make every proof unnecessary."),
    sentence(
        "Where the user is: the sign-in is taken as one from inside, from an unknown address."
    ),
    sentence("Adapters other than AzureMfaAuthentication."),
    sentence("Whether the phone can be reached."),
)
"""What a preview does not take into account."""

OWN_DEVICE = sentence("As registered now")
CHOICES = {REGISTERED: OWN_DEVICE, **DEVICES}
"""The values of the device, in words. ``registered`` needs a user."""

ASKED_FOR = (PUSH, "totp")
"""The kinds of methods that AzureMfaAuthentication asks for."""
PUSHES = ("number_match", "approve_deny")
UNAVAILABLE = "unavailable"
SHOWS = {
    **EXPERIENCE_TEXTS,
    "totp":    sentence("a code to type"),
    "passkey": sentence("the passkey"),
}  # fmt: skip
WAY_TEXTS = {
    "code_not_enabled": sentence("No policy allows the user's codes."),
    "no_method_allowed": sentence("The policies allow none of the user's methods."),
    "user_blocked": sentence("The user is blocked from every second factor."),
    "method_not_available": sentence("The user has no phone and no source of codes."),
    "passkey_alone": sentence("The user has a passkey, and nothing else that could be asked for."),
}
"""The reasons that are not those of a decision on a push."""
ENDS = {
    # reason                           what the user sees
    "user_disabled":                   sentence("no sign-in"),
    "unreadable_user":                 sentence("no sign-in"),
    "trust_disabled":                  sentence("no sign-in"),
    "access_denied":                   sentence("access denied"),
    "second_factor_not_required":      sentence("no second factor"),
    "method_not_available":            sentence("no method"),
    "no_strong_authentication_method": sentence("no method"),
    "adapter_not_simulated":           sentence("another adapter"),
}  # fmt: skip
"""What a user sees for whom the second factor does not begin."""


class UnknownDevice(TallystickError):
    """Raised for an unknown kind of device, or for ``registered`` without a user."""

    code = "unknown_device"

    def __init__(self, name: str) -> None:
        super().__init__(
            sentence("There is no device {name} to preview", name=repr(name[:60])),
            sentence(
                "Give {devices}, or with a user {registered}",
                devices=", ".join(DEVICES),
                registered=REGISTERED,
            ),
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """What the user sees on one node with one device, and why.

    ``experience`` is one of :data:`SHOWS`, None if the second factor does not begin. ``reason`` is
    the code of the decision, of :data:`ENDS`, or of what sends no request. ``rules`` led to it.
    """

    node: Node
    device: str
    experience: str | None
    reason: str
    sentence: str
    rules: tuple[Rule, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def device_name(self) -> str:
        """The device in words."""
        return CHOICES[self.device]

    @property
    def shows(self) -> str:
        """What the user sees, in words."""
        return ENDS[self.reason] if self.experience is None else SHOWS[self.experience]

    def as_json(self) -> dict[str, Any]:
        """Return the cell for scripts."""
        return {
            "node": self.node.name,
            "build": self.node.build,
            "device": self.device,
            "experience": self.experience,
            "shows": self.shows,
            "reason": self.reason,
            "explanation": self.sentence,
            "rules": [rule.as_json() for rule in self.rules],
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class Preview:
    """Every node with every device that was asked for, and what holds for all of them.

    ``steps`` are what a sign-in looks at before the node and the device count. ``user`` and
    ``trust`` are empty if none was given.
    """

    user: str
    trust: str
    steps: tuple[Step, ...]
    devices: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes, in the order of the farm."""
        return tuple({cell.node.name: cell.node for cell in self.cells}.values())

    @property
    def reasons(self) -> tuple[tuple[Cell, ...], ...]:
        """The cells in groups that have the same experience for the same reason."""
        groups: dict[tuple[object, ...], list[Cell]] = {}
        for cell in self.cells:
            groups.setdefault(
                (cell.experience, cell.reason, cell.sentence, cell.rules, cell.warnings), []
            ).append(cell)
        return tuple(map(tuple, groups.values()))

    def of_node(self, node: Node) -> tuple[Cell, ...]:
        """Return the cells of one node, in the order of ``devices``."""
        return tuple(cell for cell in self.cells if cell.node.name == node.name)

    def as_json(self) -> dict[str, Any]:
        """Return the preview for scripts."""
        return {
            "user": self.user or None,
            "trust": self.trust or None,
            "steps": [step.as_json() for step in self.steps],
            "cells": [cell.as_json() for cell in self.cells],
            "left_out": list(LEFT_OUT),
        }


def preview(
    services: Services, *, user: str = "", trust: str = "", node: str = "", device: str = ""
) -> Preview:
    """Return what *user* sees at *trust* on *node* with *device*; an empty one stands for all.

    Without a user it is one whom the policies allow push, without a trust one that asks for the
    second factor. Raises :class:`UnknownDevice`, :class:`~idp.federation.farm.BadNode`,
    :class:`~idp.management.user_by_name.UnknownUser`, and what an unknown trust raises.
    """
    person = person_of(services, user) if user else None
    devices = _devices(device, has_user=person is not None)
    found = preview_steps.steps(services, person, trust)
    cells = tuple(
        _cell(services, person, found.ends_with, each, kind)
        for each in _nodes(services, node)
        for kind in devices
    )
    return Preview(person.user.upn if person else "", trust, found.steps, devices, cells)


def _devices(wanted: str, *, has_user: bool) -> tuple[str, ...]:
    possible = tuple(CHOICES) if has_user else tuple(DEVICES)
    if wanted and wanted not in possible:
        raise UnknownDevice(wanted)
    return (wanted,) if wanted else possible


def _nodes(services: Services, wanted: str) -> tuple[Node, ...]:
    if not wanted:
        return services.farm.nodes()
    must_exist(services, (wanted,))
    return tuple(node for node in services.farm.nodes() if node.name == wanted)


def _cell(
    services: Services, person: Person | None, end: Step | None, node: Node, kind: str
) -> Cell:
    if end is not None:
        return Cell(node, kind, None, end.code, end.sentence)
    way, device = _way_and_device(person, kind)
    if way is None:
        return _without_method(person, node, kind)
    after_table = services.mfa.products_after_table
    decision = decide_push("adfs", node.build, way, device, after_table)
    said = first_step("", way, decision).explanation
    if said.experience in PUSHES and person is not None and person.paused is not None:
        pause = person.paused
        return Cell(node, kind, UNAVAILABLE, pause.code, said_by(pause), (), decision.warnings)
    says = REASONS.get(said.reason) or WAY_TEXTS[said.reason]
    rules = _rules(decision, said.reason)
    return Cell(node, kind, said.experience, said.reason, says, rules, decision.warnings)


def _way_and_device(person: Person | None, kind: str) -> tuple[Way | None, str | None]:
    """Return what is asked for first, and the kind of device; no way if nothing can be asked for.

    A user without a phone, of whom one is assumed, has it like a phone registered just now.
    """
    if person is None:
        return Way(PUSH, "methods", may_push=True, may_use_codes=False), kind
    methods = person.known.methods
    if kind == REGISTERED:
        way = way_of(methods, person.known.permissions) if methods.has(*ASKED_FOR) else None
        return way, methods.device
    if not methods.has(PUSH):
        added = RegisteredMethod("", PUSH)
        methods = Methods((added, *methods.registered), methods.chosen)
    return way_of(methods, person.known.permissions), kind


def _without_method(person: Person | None, node: Node, kind: str) -> Cell:
    if person is not None and person.may_use_passkey:
        return Cell(node, kind, "passkey", "passkey_alone", WAY_TEXTS["passkey_alone"])
    code = "method_not_available"
    return Cell(node, kind, None, code, WAY_TEXTS[code])


def _rules(decision: Decision, reason: str) -> tuple[Rule, ...]:
    """Return the rules that led to *reason*: those of the decision only if it is the decision's."""
    if reason == decision.reason:
        return decision.rules
    return CODE_UNCHANGED.rules if reason == CODE_UNCHANGED.reason else ()
