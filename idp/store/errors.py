"""The database that does not answer: how long it is waited for, and what is said then."""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc

from adapter.errors import Unavailable

PATIENCE = 3.0
"""Seconds that a lock, a free connection or a server is waited for."""

FAULTS = (exc.DBAPIError, exc.TimeoutError, sqlite3.Error)
"""What is raised by drivers, and by pools that have nothing to lend."""


class StoreUnavailable(Unavailable):
    """Raised when the database is locked, gone, full or broken; the cause is chained to it."""

    code = "store_unavailable"


def unavailable(error: Exception) -> StoreUnavailable:
    """Return what to raise for one of :data:`FAULTS`."""
    cause = getattr(error, "orig", None) or error
    said = " ".join(str(cause).split())  # PostgreSQL's own texts have several lines
    return StoreUnavailable(
        f"The database does not answer: {type(cause).__name__}: {said}",
        "Check its address, its permissions and the space on its disk",
    )
