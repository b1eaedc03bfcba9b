"""The results of a conformance run as values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from idp.conformance.verdict import Outcome, Verdict, judge
from idp.saml_faults.fault import GROUP_TITLES, Fault


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was sent and what came back.

    ``sent`` is the XML of the message, ``address`` where the browser ended, ``status`` and
    ``excerpt`` what it was shown there.
    """

    sent: str = ""
    address: str = ""
    status: int | None = None
    excerpt: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the fields."""
        return {
            "sent": self.sent,
            "address": self.address,
            "status": self.status,
            "excerpt": self.excerpt,
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What a service provider did with one fault; ``note`` says why nothing is decided."""

    fault: Fault
    outcome: Outcome
    evidence: Evidence = Evidence()
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        """The judgement."""
        return judge(self.fault, self.outcome)

    @property
    def sentence(self) -> str:
        """What happened, as a sentence for people."""
        return self.note or SENTENCES[self.outcome, self.fault.is_of_log_out]

    def as_json(self) -> dict[str, Any]:
        """Return the result with its fault and evidence."""
        return {
            **self.fault.as_json(),
            "verdict": str(self.verdict),
            "outcome": str(self.outcome),
            "note": self.sentence,
            "evidence": self.evidence.as_json(),
        }


SENTENCES = {
    # outcome                      of a log-out    what happened
    (Outcome.ACCEPTED,             False):         "The user was signed in.",
    (Outcome.ACCEPTED,             True):          "The user was signed out.",
    (Outcome.ACCEPTED_AS_ANOTHER,  False):         "Somebody else was signed in.",
    (Outcome.ACCEPTED_AS_ANOTHER,  True):          "Somebody else is signed in.",
    (Outcome.REFUSED,              False):         "Nobody was signed in.",
    (Outcome.REFUSED,              True):          "The user stayed signed in.",
    (Outcome.LED_AWAY,             False):         "The browser was sent to another site.",
    (Outcome.LED_AWAY,             True):          "The browser was sent to another site.",
    (Outcome.NOT_SENT,             False):         "Nothing was sent.",
    (Outcome.NOT_SENT,             True):          "Nothing was sent.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """All results of a run against one service provider.

    ``works_after``: a sign-in without a fault was accepted after the last fault, too.
    """

    service_provider: str
    user: str
    started_at: datetime
    version: str
    works_after: bool
    results: tuple[Result, ...] = field(default=())

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many results have each verdict."""
        found = Counter(result.verdict for result in self.results)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def has_passed(self) -> bool:
        """Whether nothing failed."""
        return self.works_after and not self.counts[Verdict.FAIL]

    def by_group(self) -> list[tuple[str, list[Result]]]:
        """Return the results by the titles of their groups."""
        groups: dict[str, list[Result]] = {}
        for result in self.results:
            groups.setdefault(GROUP_TITLES[result.fault.group], []).append(result)
        return list(groups.items())

    def as_json(self) -> dict[str, Any]:
        """Return the report."""
        return {
            "service_provider": self.service_provider,
            "user": self.user,
            "started_at": self.started_at.isoformat(timespec="seconds"),
            "tallystick": self.version,
            "passed": self.has_passed,
            "works_after": self.works_after,
            "counts": {str(verdict): count for verdict, count in self.counts.items()},
            "results": [result.as_json() for result in self.results],
        }
