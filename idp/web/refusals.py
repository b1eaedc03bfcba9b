"""The log lines of a request that was refused or failed; each is counted by its code."""

from __future__ import annotations

from adapter.errors import TallystickError
from idp.counters import Counters, log_and_count
from idp.events import event_of_refusal


def log_refusal(
    counters: Counters, code: str, problem: str = "", *, activity_id: str, client_ip: str
) -> None:
    """Write the line ``request_refused`` under the event number that AD FS has for *code*."""
    log_and_count(
        counters,
        "request_refused",
        event_id=event_of_refusal(code),
        code=code,
        activity_id=activity_id,
        problem=problem,
        client_ip=client_ip,
    )


def log_failure(
    counters: Counters, event: str, error: TallystickError, *, activity_id: str
) -> None:
    """Write the line *event* of a request that failed because of the server itself."""
    log_and_count(
        counters,
        event,
        level="error",
        code=error.code,
        activity_id=activity_id,
        problem=error.problem,
    )
