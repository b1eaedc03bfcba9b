"""The global policy in the database: one row for each thing that was ever set.

What holds for all trusts has one stamp, another one after each change, so that the hot path can
tell by it alone whether it knows the rules.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from sqlalchemy import Connection, bindparam, select

from idp.store.engine import Database
from idp.store.prepared import Prepared
from idp.store.schema import policies
from idp.store.upsert import upsert

SECOND_FACTOR = "second_factor"
ADDITIONAL_RULES = "additional_authentication_rules"
ENABLED_PROVIDERS = "enabled_providers"
STAMP = "stamp"

_POLICY = Prepared(select(policies.c.value).where(policies.c.name == bindparam("name")))


class SqlPolicyStore:
    """The :class:`~idp.federation.access_control.global_policy.PolicyStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def second_factor(self) -> str | None:
        """Return what was set for all trusts, None when nothing was."""
        value: str | None = self._read(SECOND_FACTOR)
        return value

    def save_second_factor(self, value: str) -> None:
        """Set it."""
        self._save(SECOND_FACTOR, value)

    def additional_rules(self) -> str:
        """Return the additional authentication rules for all trusts, empty when none were set."""
        return self._read(ADDITIONAL_RULES) or ""

    def save_additional_rules(self, text: str) -> None:
        """Set them."""
        self._save(ADDITIONAL_RULES, text)

    def enabled_providers(self) -> tuple[str, ...] | None:
        """Return the names that were enabled, None when nothing was."""
        names = self._read(ENABLED_PROVIDERS)
        return None if names is None else tuple(names)

    def save_enabled_providers(self, names: tuple[str, ...]) -> None:
        """Enable these and no others."""
        self._save(ENABLED_PROVIDERS, names)

    def _read(self, name: str) -> Any:
        with self._database.read() as connection:
            return read_policy_row(connection, name)

    def _save(self, name: str, value: object) -> None:
        with self._database.write() as connection:
            upsert(connection, policies, "name", {"name": name, "value": json.dumps(value)})
            stamp(connection)


def read_policy_row(connection: Connection, name: str) -> Any:
    """Return what was set under *name*, None when nothing was."""
    row = _POLICY.first(connection, {"name": name})
    return None if row is None else json.loads(row[0])


def stamp(connection: Connection) -> None:
    """Say that what holds for all trusts has changed."""
    upsert(connection, policies, "name", {"name": STAMP, "value": secrets.token_hex(8)})
