"""The log line of a refused request."""

from __future__ import annotations

from idp.events import event_of_refusal
from idp.logs import get_logger


def log_refusal(code: str, problem: str = "", *, activity_id: str, client_ip: str) -> None:
    """Write the line ``request_refused`` under the event number that AD FS has for *code*."""
    get_logger().warning(
        "request_refused",
        event_id=event_of_refusal(code),
        code=code,
        activity_id=activity_id,
        problem=problem,
        client_ip=client_ip,
    )
