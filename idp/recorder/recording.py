"""The recording of one web request: its steps and facts, until the request is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from idp.recorder.timeline import REFUSED, Fields, Part, Step

USUAL_WEIGHT = 500
"""Bytes that a step is taken to occupy in memory unless it says otherwise."""

Describe = Callable[[], Fields]
"""Returns the fields of a step; called when the step is stored, which for most is never."""


@dataclass(slots=True)
class Recording:
    """The steps of one request. Adding one costs next to nothing: its fields are made when stored.

    ``user``, ``trust`` and ``node`` are what the steps are about, as far as it is known.
    ``continues`` says that the request turned out to continue an activity of an earlier one.
    ``weight`` is how many bytes of memory the steps keep in use, roughly. ``is_proved`` says that
    the request was signed, or came with a session: not just anybody could send it.
    """

    now: Callable[[], datetime]
    client_ip: str = ""
    user: str = ""
    trust: str = ""
    node: str = ""
    outcome: str = ""
    code: str = ""
    problem: str = ""
    remedy: str = ""
    is_proved: bool = False
    continues: bool = False
    weight: int = 0
    _steps: list[tuple[datetime, str, Describe]] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything happened that is worth a step."""
        return bool(self._steps)

    def add(self, kind: str, describe: Describe, weight: int = USUAL_WEIGHT) -> None:
        """Add a step; *describe* must not hold a form, cookies or anything secret."""
        self._steps.append((self.now(), kind, describe))
        self.weight += weight

    def refuse(self, code: str, problem: str, remedy: str = "") -> None:
        """Note that something was refused, and what to do about it."""
        self.outcome, self.code, self.problem, self.remedy = REFUSED, code, problem, remedy

    @property
    def is_whole(self) -> bool:
        """Whether the activity has begun and ended well with this request, as with a session."""
        return bool(self.outcome) and not self.is_refused and not self.continues

    @property
    def is_refused(self) -> bool:
        """Whether something was refused."""
        return bool(self.code)

    def part(self, activity_id: str) -> Part:
        """Return what is stored; a step whose fields cannot be made says so and stays."""
        steps = tuple(Step(at, kind, _fields(describe)) for at, kind, describe in self._steps)
        return Part(
            activity_id,
            self._steps[0][0],
            self.node,
            steps,
            user=self.user,
            trust=self.trust,
            outcome=self.outcome,
            code=self.code,
            problem=self.problem,
            remedy=self.remedy,
        )


def _fields(describe: Describe) -> Fields:
    try:
        return describe()
    except Exception as error:  # what it describes may be anything that a stranger sent
        return {"not_recorded": type(error).__name__}
