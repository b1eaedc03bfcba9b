"""What users have chosen about their methods: columns of the user's row."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from adapter.mfa.choices import Choices
from idp.store.engine import Database
from idp.store.mfa import user_row
from idp.store.stored_json import DamagedValue, load_object


class SqlChoiceStore:
    """The :class:`~adapter.mfa.choices.ChoiceStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_user(self, user: str) -> Choices:
        """Return what *user* has chosen."""
        row = user_row.of_user(self._database.rows, user)
        return Choices(
            row.default_method,
            _names(row.method_names),
            row.methods_confirmed_at,
            row.campaign_snoozed_until,
        )

    def save_default(self, user: str, method_id: str) -> None:
        """Store the id that was chosen for *user*."""
        self._change(user, default_method=method_id)

    def save_name(self, user: str, method_id: str, name: str, *, keep: Collection[str]) -> None:
        """Store the name of a method; names of others than those to *keep* are forgotten."""
        with user_row.locked(self._database, user) as connection:
            stored = _names(user_row.read(connection, user).method_names)
            names = {each: text for each, text in stored.items() if each in keep}
            text = json.dumps({**names, method_id: name})
            user_row.change(connection, user, method_names=text)

    def save_confirmation(self, user: str, at: datetime) -> None:
        """Store that *user* has confirmed the registered methods."""
        self._change(user, methods_confirmed_at=at)

    def save_snooze(self, user: str, until: datetime) -> None:
        """Store how long *user* has put off the registration campaign."""
        self._change(user, campaign_snoozed_until=until)

    def _change(self, user: str, **columns: object) -> None:
        with user_row.locked(self._database, user) as connection:
            user_row.change(connection, user, **columns)


def _names(text: str | None) -> dict[str, str]:
    """Return the names by id; without those that cannot be read, methods have their first names."""
    try:
        stored = {} if text is None else load_object(text)
    except DamagedValue:
        return {}
    return {each: name for each, name in stored.items() if isinstance(name, str)}
