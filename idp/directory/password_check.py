"""What a try at a password comes to: a value for the log, never for the page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from idp.directory.lockout import Debit
from idp.directory.user_store import Tried
from idp.directory.users import User


class LockoutEvent(StrEnum):
    """What a try at a password has to do with lock-outs."""

    LOCKED_OUT = "locked_out"  # by this try
    RIGHT_WHILE_LOCKED = "right_password_while_locked"  # a sign that somebody else knows it
    ALLOWED = "locked_but_allowed"  # the smart lock-out would have, were it enforced


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Who signed in, or why nobody did: for the log, never for the page.

    ``failure`` is None, ``unknown_user``, ``wrong_password``, ``locked``, ``disabled``,
    ``password_refused``, or ``must_change_password`` for a right one that is good for nothing
    else; where a new password is chosen, also what ``passwords.complaint`` says of it.

    ``name`` is the canonical name that was typed, empty when it was none: what people type into
    the wrong field is not logged. ``lockout`` is what an administrator should hear besides.
    """

    user: User | None
    failure: str | None
    name: str
    lockout: LockoutEvent | None = None


def event_of(tried: Tried, right: bool) -> LockoutEvent | None:
    """Return what the lock-out has to report of a try, None for nothing."""
    if not tried.verdict.is_granted:
        return LockoutEvent.RIGHT_WHILE_LOCKED if right else None
    if tried.verdict is Debit.LAST and not right:
        return LockoutEvent.LOCKED_OUT
    return LockoutEvent.ALLOWED if tried.smart in (Debit.LOCKED, Debit.SETTLING) else None
