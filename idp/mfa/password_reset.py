"""Self-service password reset: one reset as a row, its limits, and the storage that it needs.

``idp/account/reset/`` has the pages, ``idp/store/password_resets.py`` the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from adapter.errors import TallystickError
from idp.directory.lockout import Limit

if TYPE_CHECKING:
    from idp.audit.record import SignInRecord

LIFETIME = timedelta(minutes=15)
"""How long a reset may take from the user name to the new password."""

FAILURES = Limit(tries=5, window=timedelta(hours=24))
"""Proofs of one account that may fail; then none is taken for 24 hours."""

MAX_BEGUN = 20
BEGUN_WINDOW = timedelta(hours=1)
"""How many resets one client may begin in this time."""

OPEN = "open"
DONE = "done"
ENDED = "ended"


class ResetEnded(TallystickError):
    """Raised when a reset is over, used up or unknown, or when its user has changed meanwhile."""

    code = "reset_ended"

    def __init__(self) -> None:
        super().__init__("This password reset has ended", "Begin again")


@dataclass(frozen=True, slots=True)
class Reset:
    """One reset, and how far it has come.

    ``user`` is the UPN, None if this reset never succeeds because there is no such user, or the
    user may not reset the password: the pages do not differ. ``valid_from`` is that of the user at
    the start; ``name`` is the name that was typed, in its canonical form, for the log.

    ``account`` is whose failures are counted. ``stand_in`` is the name of nobody: what would be
    asked of the user is asked of it where there is nobody to ask, so that it costs the same.

    ``required`` proofs were called for at the start, and ``proved`` are the methods that have been
    passed. ``asked`` is what the user is asked for now, as the host has sealed it. ``state`` is
    ``open``, ``done`` or ``ended``. ``step`` grows with every change: a page is worth something
    only for the step it was made in.
    """

    id: str
    account: str
    stand_in: str
    name: str
    user: str | None
    valid_from: datetime | None
    required: int
    proved: tuple[str, ...]
    asked: str
    state: str
    step: int
    ends_at: datetime

    @property
    def subject(self) -> str:
        """Who is asked: the user, or nobody."""
        return self.user or self.stand_in

    @property
    def is_recognised(self) -> bool:
        """Whether something was proved: until then, it is a stranger who looks at the pages."""
        return bool(self.proved)


class ResetStore(Protocol):
    """All resets, and the counters of failed proofs."""

    def add(self, reset: Reset) -> None:
        """Store a new reset."""

    def find(self, reset_id: str, now: datetime) -> Reset:
        """Return the reset of this id; raises :class:`ResetEnded` unless it is open or done."""

    def is_locked(self, account: str, now: datetime) -> bool:
        """Say whether no proof of this account is taken now."""

    def claim(self, reset: Reset, now: datetime, *, is_try: bool = False) -> tuple[Reset, bool]:
        """Take this step of *reset*, for one caller alone; return the reset at its next step.

        A try is debited from the account in the same transaction; the second value says whether
        one was left. Raises :class:`StepTaken`.
        """

    def save(self, reset: Reset, *, gives_back: bool = False) -> Reset:
        """Store what became of a claimed step; return the reset at its next step.

        *gives_back* takes the debit of a proof that was right. Raises :class:`StepTaken`.
        """

    def finish(self, reset: Reset, password_hash: str, now: datetime, log: SignInRecord) -> None:
        """Set the password of the user; all or nothing.

        All sessions end, the lock-outs are cleared, the user's other resets end, the user is told,
        and *log* is written. Raises :class:`ResetEnded` if this reset is not open any more, or if
        the user was changed or disabled since it began.
        """


class StepTaken(Exception):
    """Raised when another request has taken the step: a page was posted twice, or is old."""
