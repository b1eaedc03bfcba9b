"""The log line of a request that is refused. Those of changes: :mod:`idp.audit.changes`."""

from __future__ import annotations

from adapter.errors import TallystickError, Unavailable
from idp.web import activity


def log_refusal(error: TallystickError) -> None:
    """Log that this request was refused, and count it.

    The error's sentence may quote what was sent, such as a token in the wrong field, so the line
    has its code only. The sentence of an outage quotes nothing and is logged.
    """
    activity.log_refusal(error.code, error.problem if isinstance(error, Unavailable) else "")
