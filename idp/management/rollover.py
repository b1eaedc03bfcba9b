"""The rollover of the token-signing key as a task in steps, and who has to learn of each.

AD FS does the same with ``Update-AdfsCertificate``, or by itself (``AutoCertificateRollover``).
Used by ``/admin/keys``, ``/admin/api/keys/rollover`` and ``tallystick keys rollover``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapter.sentences import sentence
from idp.federation.token_signing.rollover import GENERATION_THRESHOLD, PROMOTION_THRESHOLD
from idp.federation.token_signing.warnings import KeyWarning, warnings_of
from idp.instants import json_instant
from idp.management.metadata.source import ENTERED, is_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from idp.federation.token_signing.ring import Ring
    from idp.services import Services

SETTLED, PUBLISHED, PROMOTED = "settled", "published", "promoted"
"""One key; a next key that does not sign yet; a former key that is still published."""
DONE, NOW, LATER = "done", "now", "later"
MAX_TRUSTS = 20
"""Trusts of one kind that are named; ``count`` says how many there are."""

STEPS = {
    # name: (title, what it does to whom, command)
    "publish": (
        sentence("Publish the next certificate"),
        sentence(
            "A new key is made, and its certificate stands in the metadata as secondary. The "
            "present key goes on signing, so nobody notices."
        ),
        "tallystick keys roll",
    ),
    "wait": (
        sentence("Wait until the applications know it"),
        sentence(
            "Applications that read the metadata of this server find the new certificate there. "
            "Give it to all others. AD FS waits five days."
        ),
        "tallystick keys rollover",
    ),
    "promote": (
        sentence("Sign with it"),
        sentence(
            "The new key signs from the next assertion on. An application that does not know its "
            "certificate refuses every sign-in until it does. The former certificate stays in the "
            "metadata."
        ),
        "tallystick keys promote",
    ),
    "retire": (
        sentence("Retire the former certificate"),
        sentence(
            "It leaves the metadata. Applications that read the metadata accept nothing more that "
            "is signed with it; remove it yourself from all others."
        ),
        "tallystick keys retire",
    ),
}

KINDS = {
    # kind: (label, what has to be done)
    "address": (
        sentence("with metadata at an address"),
        sentence(
            "They most likely read the metadata of this server by its address, too. Make sure "
            "that they do, and how often."
        ),
    ),
    "file": (
        sentence("with metadata from a file"),
        sentence(
            "Ask whether they read the metadata of this server. Send the certificate to those "
            "that do not."
        ),
    ),
    "entered": (
        sentence("set up by hand, without metadata"),
        sentence("Somebody has to install the new certificate there before it signs."),
    ),
}
"""The server sees that its metadata is read, but not for which trust, so it cannot tell more."""


@dataclass(frozen=True, slots=True)
class RolloverStep:
    """One step: ``state`` is done, now or later."""

    name: str
    title: str
    effect: str
    command: str
    state: str


@dataclass(frozen=True, slots=True)
class TrustsToTell:
    """Trusts whose metadata came here in one way; ``trusts`` are entity IDs and names of some."""

    kind: str
    label: str
    advice: str
    count: int
    trusts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rollover:
    """Where the rollover stands at ``now``.

    ``ends`` is the end of the certificate that signs. ``published_at`` is when the next one was
    made, None if there is none. ``due`` is when the server takes the next step by itself, None if
    it takes none.
    """

    phase: str
    now: datetime
    ends: datetime
    published_at: datetime | None
    due: datetime | None
    steps: tuple[RolloverStep, ...]
    to_tell: tuple[TrustsToTell, ...]
    warnings: tuple[KeyWarning, ...]

    @property
    def days_left(self) -> int:
        """Whole days until the certificate that signs ends; negative after that."""
        return (self.ends - self.now).days

    @property
    def days_published(self) -> int | None:
        """Whole days since the next certificate was published."""
        return None if self.published_at is None else (self.now - self.published_at).days

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {
            "phase": self.phase,
            "days_left": self.days_left,
            "published_at": self.published_at and json_instant(self.published_at),
            "automatic_at": self.due and json_instant(self.due),
            "steps": [
                {"step": each.name, "state": each.state, "effect": each.effect}
                for each in self.steps
            ],
            "trusts": [
                {
                    "kind": each.kind,
                    "count": each.count,
                    "advice": each.advice,
                    "trusts": [entity_id for entity_id, _ in each.trusts],
                }
                for each in self.to_tell
            ],
            "warnings": [
                {"code": each.code, "problem": each.problem, "remedy": each.remedy}
                for each in self.warnings
            ],
        }


def rollover(services: Services, ring: Ring) -> Rollover:
    """Return where the rollover of the keys in *ring* stands."""
    now, keys = services.clock.now(), services.config.keys
    phase = SETTLED if ring.secondary is None else PUBLISHED if ring.next else PROMOTED
    published_at = ring.next.facts.not_before if ring.next else None
    has_waited = published_at is not None and now - published_at >= PROMOTION_THRESHOLD
    return Rollover(
        phase,
        now,
        ring.primary.facts.not_after,
        published_at,
        _due(ring) if keys.automatic_rollover else None,
        tuple(_steps(phase, has_waited=has_waited)),
        tuple(_trusts_to_tell(services)),
        tuple(warnings_of(ring, keys, now)),
    )


def _due(ring: Ring) -> datetime:
    """Return when the server acts by itself."""
    if ring.next is not None:
        return ring.next.facts.not_before + PROMOTION_THRESHOLD
    roll_at = ring.primary.facts.not_after - GENERATION_THRESHOLD
    before = ring.secondary
    return roll_at if before is None else min(roll_at, before.facts.not_after)


def _steps(phase: str, *, has_waited: bool) -> Iterator[RolloverStep]:
    current = {SETTLED: 0, PUBLISHED: 2 if has_waited else 1, PROMOTED: 3}[phase]
    for number, (name, (title, effect, command)) in enumerate(STEPS.items()):
        state = DONE if number < current else NOW if number == current else LATER
        yield RolloverStep(name, title, effect, command, state)


def _trusts_to_tell(services: Services) -> Iterator[TrustsToTell]:
    found: dict[str, list[tuple[str, str]]] = {kind: [] for kind in KINDS}
    for trust in services.trusts.list():
        found[_kind(trust.source)].append((trust.entity_id, trust.display_name))
    for kind, trusts in found.items():
        if trusts:
            yield TrustsToTell(kind, *KINDS[kind], len(trusts), tuple(trusts[:MAX_TRUSTS]))


def _kind(source: str) -> str:
    if is_url(source):
        return "address"
    return "entered" if source == ENTERED else "file"
