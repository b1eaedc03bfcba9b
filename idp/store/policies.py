"""The global policy in the database: one row for each thing that was ever set."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import bindparam, select

from idp.store.engine import Database
from idp.store.prepared import Prepared
from idp.store.schema import policies
from idp.store.upsert import upsert

SECOND_FACTOR = "second_factor"
ENABLED_PROVIDERS = "enabled_providers"

_POLICY = Prepared(select(policies.c.value).where(policies.c.name == bindparam("name")))


class SqlPolicyStore:
    """The :class:`~idp.federation.ports.PolicyStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def second_factor(self) -> str | None:
        """Return what was set for all trusts, None when nothing was."""
        value: str | None = self._read(SECOND_FACTOR)
        return value

    def save_second_factor(self, value: str) -> None:
        """Set it."""
        self._save(SECOND_FACTOR, value)

    def enabled_providers(self) -> tuple[str, ...] | None:
        """Return the names that were enabled, None when nothing was."""
        names = self._read(ENABLED_PROVIDERS)
        return None if names is None else tuple(names)

    def save_enabled_providers(self, names: tuple[str, ...]) -> None:
        """Enable these and no others."""
        self._save(ENABLED_PROVIDERS, names)

    def _read(self, name: str) -> Any:
        with self._database.read() as connection:
            row = _POLICY.first(connection, {"name": name})
        return None if row is None else json.loads(row[0])

    def _save(self, name: str, value: object) -> None:
        with self._database.write() as connection:
            upsert(connection, policies, "name", {"name": name, "value": json.dumps(value)})
