"""Timelines as values: steps, the parts that requests add, and what a list shows of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapter.sentences import joined, sentence
from idp.instants import json_instant

ISSUED = "issued"
REFUSED = "refused"
SIGNED_OUT = "signed_out"
LED_ON = "led_on"
IN_PROGRESS = "in_progress"
OUTCOMES = (ISSUED, REFUSED, SIGNED_OUT, LED_ON, IN_PROGRESS)
"""How a timeline ends so far. ``led_on``: the user was let in to a page of this server."""

Fields = Mapping[str, Any]
"""JSON values by name."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, at a time in UTC; ``kind`` is one of :data:`KINDS`."""

    at: datetime
    kind: str
    fields: Fields

    def as_json(self) -> dict[str, Any]:
        """Return the step as JSON values."""
        return {"at": json_instant(self.at, "milliseconds"), "kind": self.kind, **self.fields}


KINDS = {
    # kind             heading
    "message_in":      sentence("Message received"),
    "message_out":     sentence("Message sent"),
    "trust":           sentence("Relying party trust"),
    "signature":       sentence("Signature"),
    "decision":        sentence("Decision"),
    "password":        sentence("Password"),
    "passkey":         sentence("Passkey"),
    "password_change": sentence("Password change"),
    "second_factor":   sentence("Second factor"),
    "claims":          sentence("Claims"),
    "unencrypted":     sentence("Response before encryption"),
    "log_out":         sentence("Log-out"),
    "refused":         sentence("Refused"),
    "answer":          sentence("Answer"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """What one web request adds to the timeline of its activity.

    ``user`` is a UPN or the name that was typed, ``trust`` an entity ID; they are empty as long as
    they are not known. ``outcome`` is one of :data:`OUTCOMES`, empty if the request ended nothing.
    ``code``, ``problem`` and ``remedy`` are those of its refusal, if any.
    """

    activity_id: str
    at: datetime
    node: str
    steps: tuple[Step, ...]
    user: str = ""
    trust: str = ""
    outcome: str = ""
    code: str = ""
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows of one timeline; ``id`` rises whenever any timeline grows.

    The other values are the newest of its parts that are not empty.
    """

    id: int
    activity_id: str
    began_at: datetime
    changed_at: datetime
    node: str
    user: str
    trust: str
    outcome: str
    code: str
    problem: str
    remedy: str

    @property
    def is_refused(self) -> bool:
        """Whether it has ended with a refusal so far."""
        return self.outcome == REFUSED

    @property
    def sentence(self) -> str:
        """What became of it, in one sentence; for a refusal with its code and the remedy."""
        who, where = self.user or sentence("Somebody"), self.trust or sentence("this server")
        match self.outcome:
            case "refused":
                refused = sentence(
                    "Refused with {code}: {problem}.",
                    code=self.code, problem=self.problem.rstrip("."),
                )  # fmt: skip
                remedy = sentence("{remedy}.", remedy=self.remedy.rstrip("."))
                return joined(" ", (refused, remedy)) if self.remedy else refused
            case "issued":
                return sentence(
                    "{who} signed in to {where}: a response was issued.", who=who, where=where
                )
            case "signed_out":
                return sentence("{who} was signed out.", who=who)
            case "led_on":
                return sentence("{who} signed in to a page of this server.", who=who)
            case _:
                return sentence(
                    "The sign-in to {where} has not ended: its user has not gone on.", where=where
                )

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "id": self.id,
            "activity_id": self.activity_id,
            "began_at": json_instant(self.began_at, "milliseconds"),
            "changed_at": json_instant(self.changed_at, "milliseconds"),
            "node": self.node,
            "user": self.user,
            "trust": self.trust,
            "outcome": self.outcome,
            "code": self.code,
            "summary": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class Timeline:
    """All steps of one activity, in the order in which they happened."""

    summary: Summary
    steps: tuple[Step, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the summary's values and the list ``steps``."""
        return {**self.summary.as_json(), "steps": [step.as_json() for step in self.steps]}
