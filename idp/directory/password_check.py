"""What a try at a password comes to: a value for the log, never for the page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from idp.directory.lockout import Debit
from idp.directory.user_store import DebitResult
from idp.directory.users import User


class LockoutEvent(StrEnum):
    """What a password that was tried means for the lock-out of its account."""

    LOCKED_OUT = "locked_out"  # this try locked the account
    RIGHT_WHILE_LOCKED = "right_password_while_locked"  # possibly somebody else knows it
    ALLOWED = "locked_but_allowed"  # only logged: the smart lock-out would have refused


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """The user who gave the right password, or why there is none: for the log, not for the page.

    ``failure`` is None, ``unknown_user``, ``wrong_password``, ``locked``, ``disabled``,
    ``password_refused``, or ``must_change_password`` for a right password that the user has to
    change before it signs in; for a new password also a code of ``passwords.check_new_password``,
    and ``no_nt_hash`` for MS-CHAP without what judges it.

    ``name`` is the canonical form of the name that was typed. It is empty if that is not a valid
    name, because people may type a password into the wrong field, and that must not be logged.
    ``lockout`` is an event to log for administrators, if any.
    """

    user: User | None
    failure: str | None
    name: str
    lockout: LockoutEvent | None = None


def event_of(tried: DebitResult, right: bool) -> LockoutEvent | None:
    """Return what the lock-out has to report of a try, None for nothing."""
    if not tried.verdict.is_granted:
        return LockoutEvent.RIGHT_WHILE_LOCKED if right else None
    if tried.verdict is Debit.LAST and not right:
        return LockoutEvent.LOCKED_OUT
    return LockoutEvent.ALLOWED if tried.smart in (Debit.LOCKED, Debit.SETTLING) else None


def refuse_if_must_change(check: PasswordCheck) -> PasswordCheck:
    """Refuse the right password of a user who has to choose another one first."""
    if check.user is not None and check.user.must_change:
        return replace(check, user=None, failure="must_change_password", name=check.user.upn)
    return check
