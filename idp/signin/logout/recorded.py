"""The flight recorder's steps of a log-out: what ended, what service providers answered, the end.

Its messages are recorded by ``idp/signin/recorded_messages.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

from idp.recorder.timeline import SIGNED_OUT
from idp.session.participants import LogOut
from idp.signin.logout.steps import End
from idp.web.web_request import Activity


def began(activity: Activity, log_out: LogOut, *, everywhere: bool) -> None:
    """Record that sessions have ended, and who asked for it."""
    recording = activity.recording
    if recording is None:
        return
    asked_by = log_out.asked_by.trust if log_out.asked_by else ""
    recording.user, recording.trust = log_out.user, asked_by
    recording.outcome, recording.is_proved = SIGNED_OUT, True
    recording.add(
        "log_out",
        lambda: {
            "user": log_out.user,
            "asked_by": asked_by or "the user, on our page",
            "sessions": len(log_out.sessions) + len(log_out.elsewhere),
            "everywhere": everywhere,
        },
    )


def answered(activity: Activity, trust: str, outcome: str) -> None:
    """Record what a service provider answered to our log-out request."""
    if activity.recording is not None:
        activity.recording.add("log_out", lambda: {"asked": trust, "outcome": outcome})


def ended(activity: Activity, ends: Sequence[End], missed: Sequence[End]) -> None:
    """Record the outcome at each service provider, and those that the log-out did not reach."""
    recording = activity.recording
    if recording is None:
        return
    recording.outcome = SIGNED_OUT
    recording.add(
        "log_out", lambda: {"ended": [{"trust": e.trust, "outcome": str(e.outcome)} for e in ends]}
    )
    if missed:
        names = ", ".join(f"{each.trust} {each.outcome}" for each in missed)
        problem = f"The log-out did not reach every service provider: {names}"
        recording.refuse("partial_logout", problem, "See docs/log-out.md")
        recording.outcome = SIGNED_OUT
