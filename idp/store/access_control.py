"""Access control policies in the database, beside the built-in ones."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select

from idp.federation.access_control.decision import AccessRules
from idp.federation.access_control.global_policy import DEFAULT
from idp.federation.access_control.policies import AccessControlPolicy
from idp.store.engine import Database
from idp.store.policies import ADDITIONAL_RULES, SECOND_FACTOR, read_policy_row, stamp
from idp.store.schema import access_control_policies as table
from idp.store.upsert import upsert

_REMOVE = delete(table).where(table.c.name == bindparam("name")).returning(table.c.name)


class SqlAccessControlStore:
    """The :class:`~idp.federation.access_control.catalogue.AccessControlStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rules(self) -> AccessRules:
        """Return what holds for all trusts."""
        with self._database.read() as connection:
            return read_rules(connection)

    def save_policy(self, policy: AccessControlPolicy) -> None:
        """Store a policy, new or known by its name."""
        text = policy.model_dump_json(by_alias=True, exclude_defaults=True)
        with self._database.write() as connection:
            upsert(connection, table, "name", {"name": policy.name, "policy": text})
            stamp(connection)

    def remove_policy(self, name: str) -> bool:
        """Remove a policy; False when there is none."""
        with self._database.write() as connection:
            removed = connection.execute(_REMOVE, {"name": name}).first() is not None
            stamp(connection)
        return removed


def read_rules(connection: Connection) -> AccessRules:
    """Return what holds for all trusts."""
    rows = connection.execute(select(table.c.name, table.c.policy).order_by(table.c.name))
    return AccessRules(
        second_factor=read_policy_row(connection, SECOND_FACTOR) or DEFAULT,
        additional=read_policy_row(connection, ADDITIONAL_RULES) or "",
        custom={name: AccessControlPolicy.model_validate_json(text) for name, text in rows},
    )
