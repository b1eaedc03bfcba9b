"""The step of a password that was checked, the same for each host that takes passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.recorder.recording import Recording

if TYPE_CHECKING:
    from idp.directory import PasswordCheck


def add_password(recording: Recording, kind: str, check: PasswordCheck) -> None:
    """Record whether a password was right; the name that was typed only if it is a valid one."""
    user = check.user.upn if check.user else check.name
    recording.user = user or recording.user
    recording.is_proved = recording.is_proved or check.user is not None
    failure, lockout = check.failure, check.lockout
    recording.add(
        kind, lambda: {"user": user, "outcome": failure or "right", "lockout": lockout or ""}
    )
