"""What goes wrong with a change; every use of the database loads this, so it stands by itself."""

from __future__ import annotations

from adapter.errors import Unavailable


class ChangeConflict(Unavailable):
    """Raised if a transaction cannot be committed beside another one: it may be tried again."""
