"""The access control policies that administrators made, in the database."""

from __future__ import annotations

from pydantic import ValidationError
from sqlalchemy import Connection, bindparam, delete, select

from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.global_policy import DEFAULT, UnreadableGlobalPolicy
from idp.federation.access_control.policies import (
    AccessControlPolicy,
    UnreadableAccessControlPolicy,
)
from idp.store.engine import Database
from idp.store.policies import read_additional_rules, read_second_factor, renew_stamp
from idp.store.schema import access_control_policies as table
from idp.store.stored_json import DamagedValue, faults_of, known_values, load_object
from idp.store.upsert import upsert

_KEYS = ("name", "description", "permit")

_ALL = select(table.c.name, table.c.policy).order_by(table.c.name)
_REMOVE = delete(table).where(table.c.name == bindparam("name")).returning(table.c.name)


class SqlAccessControlStore:
    """The :class:`~idp.federation.access_control.catalogue.AccessControlStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rules(self) -> AccessRules:
        """Return the rules for all trusts and the custom policies."""
        with self._database.read() as connection:
            return read_rules(connection)

    def save_policy(self, policy: AccessControlPolicy) -> None:
        """Store a policy, new or in place of the one with that name."""
        text = policy.model_dump_json(by_alias=True, exclude_defaults=True)
        with self._database.write() as connection:
            upsert(connection, table, "name", {"name": policy.name, "policy": text})
            renew_stamp(connection)

    def remove_policy(self, name: str) -> bool:
        """Remove a policy; return False if there is none."""
        with self._database.write() as connection:
            removed = connection.execute(_REMOVE, {"name": name}).first() is not None
            renew_stamp(connection)
        return removed


def read_rules(connection: Connection) -> AccessRules:
    """Return the rules for all trusts and the custom policies, readable or not."""
    custom: dict[str, AccessControlPolicy] = {}
    unreadable: dict[str, UnreadableAccessControlPolicy] = {}
    for name, text in connection.execute(
        select(table.c.name, table.c.policy).order_by(table.c.name)
    ):
        try:
            custom[name] = _policy(name, text)
        except UnreadableAccessControlPolicy as fault:
            unreadable[name] = fault
    faults: list[UnreadableGlobalPolicy] = []
    second_factor, additional = DEFAULT, ""
    try:
        second_factor = read_second_factor(connection) or DEFAULT
    except UnreadableGlobalPolicy as fault:
        faults.append(fault)
    try:
        additional = read_additional_rules(connection)
    except UnreadableGlobalPolicy as fault:
        faults.append(fault)
    return AccessRules(second_factor, additional, custom, unreadable, tuple(faults))


def _policy(name: str, text: str) -> AccessControlPolicy:
    """Return a stored policy; raises :class:`UnreadableAccessControlPolicy`.

    A key that this version does not know is ignored beside the rules, but not in one: a rule whose
    condition is not understood would let in more users than it was written for.
    """
    try:
        values = known_values(load_object(text), _KEYS, "access_control_policies.policy")
        return AccessControlPolicy.model_validate(values)
    except DamagedValue as damage:
        raise UnreadableAccessControlPolicy(name, str(damage)) from None
    except ValidationError as error:
        raise UnreadableAccessControlPolicy(name, faults_of(error)) from None
