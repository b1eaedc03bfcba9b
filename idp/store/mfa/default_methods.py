"""Which of their methods users are asked for first: a column of the user's row."""

from __future__ import annotations

from idp.store.engine import Database
from idp.store.mfa import user_row


class SqlDefaultMethodStore:
    """The :class:`~adapter.mfa.service.DefaultMethodStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def default_of(self, user: str) -> str | None:
        """Return the id that was chosen for *user*, None if none was."""
        with self._database.read() as connection:
            row = user_row.read(connection, user)
        return None if row is None else row.default_method

    def save_default(self, user: str, method_id: str) -> None:
        """Store the id that was chosen for *user*."""
        with user_row.locked(self._database, user) as connection:
            user_row.change(connection, user, default_method=method_id)
