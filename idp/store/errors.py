"""What is raised when the database does not answer, and how long it may take."""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc

from adapter.errors import Unavailable
from idp.audit.errors import ChangeConflict

MAX_WAIT_SECONDS = 3.0
"""Upper limit of the wait for a lock, a free connection or a server."""

MAX_PATIENT_SECONDS = 30.0
"""The same for a write of a thread on whose answer nobody waits."""

_CONFLICTS = ("40001", "40P01")
"""SQLSTATE of PostgreSQL: serialization_failure, deadlock_detected."""

DRIVER_ERRORS = (exc.DBAPIError, exc.TimeoutError, sqlite3.Error)
"""The errors of drivers, and of connection pools without a free connection."""


class StoreUnavailable(Unavailable):
    """Raised when the database is locked, missing, full or broken; its ``__cause__`` says why."""

    code = "store_unavailable"


def is_busy(error: Exception) -> bool:
    """Say whether the same may work in a moment, since others were writing all the time."""
    return isinstance(error, exc.TimeoutError) or (
        isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
    )


class StoreConflict(StoreUnavailable, ChangeConflict):
    """Raised when PostgreSQL ends a transaction because of what another one does."""


def unavailable(error: Exception) -> StoreUnavailable:
    """Return the :class:`StoreUnavailable` to raise for one of :data:`DRIVER_ERRORS`."""
    cause = getattr(error, "orig", None) or error
    if getattr(cause, "sqlstate", None) in _CONFLICTS:
        return StoreConflict("Another change was made at the same time", "Try again")
    message = " ".join(str(cause).split())  # PostgreSQL's messages have several lines
    return StoreUnavailable(
        f"The database does not answer: {type(cause).__name__}: {message}",
        "Check its address, its permissions and the space on its disk",
    )
