"""The global policy in the database: one row for each part that was ever set.

The row ``stamp`` changes with every change of the global policy or of an access control policy, so
that the hot path knows by one value whether the rules it has in memory are current.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from sqlalchemy import Connection, bindparam, select

from idp.federation.access_control.global_policy import (
    SECOND_FACTOR as SECOND_FACTOR_RULES,
)
from idp.federation.access_control.global_policy import (
    UnreadableGlobalPolicy,
)
from idp.federation.claim_rules.errors import BadRule
from idp.store.engine import Database
from idp.store.prepared import Prepared
from idp.store.schema import policies
from idp.store.stored_json import DamagedValue, load_json, load_texts
from idp.store.upsert import upsert

SECOND_FACTOR = "second_factor"
ADDITIONAL_RULES = "additional_authentication_rules"
ENABLED_PROVIDERS = "enabled_providers"
STAMP = "stamp"

_PARTS = {
    # row               (what it is, the command that sets it again)
    SECOND_FACTOR:     ("The rule for all trusts",
                        "tallystick access mfa default, always or never"),
    ADDITIONAL_RULES:  ("The additional authentication rules for all trusts",
                        "tallystick access mfa --rules FILE"),
    ENABLED_PROVIDERS: ("The list of enabled adapters",
                        "tallystick adapters enable NAME"),
}  # fmt: skip
POLICY = Prepared(select(policies.c.value).where(policies.c.name == bindparam("name")))


class SqlPolicyStore:
    """The :class:`~idp.federation.access_control.global_policy.PolicyStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def second_factor(self) -> str | None:
        """Return the rule for all trusts, None if it was never set."""
        with self._database.read() as connection:
            return read_second_factor(connection)

    def save_second_factor(self, value: str) -> None:
        """Set the rule for all trusts."""
        self._save(SECOND_FACTOR, value)

    def additional_rules(self) -> str:
        """Return the additional authentication rules for all trusts, empty if there are none."""
        with self._database.read() as connection:
            return read_additional_rules(connection)

    def save_additional_rules(self, text: str) -> None:
        """Set the additional authentication rules for all trusts."""
        self._save(ADDITIONAL_RULES, text)

    def enabled_providers(self) -> tuple[str, ...] | None:
        """Return the names of the enabled adapters, None if none were ever set."""
        rows = self._database.rows(POLICY, {"name": ENABLED_PROVIDERS})
        text = rows[0][0] if rows else None
        try:
            return None if text is None else load_texts(text)
        except DamagedValue as damage:
            raise _unreadable(ENABLED_PROVIDERS, damage) from None

    def save_enabled_providers(self, names: tuple[str, ...]) -> None:
        """Enable these adapters and no others."""
        self._save(ENABLED_PROVIDERS, names)

    def _save(self, name: str, value: object) -> None:
        with self._database.write() as connection:
            upsert(connection, policies, "name", {"name": name, "value": json.dumps(value)})
            renew_stamp(connection)


def read_second_factor(connection: Connection) -> str | None:
    """Return the rule for all trusts, None if it was never set.

    Raises :class:`UnreadableGlobalPolicy`, as everything here that reads.
    """
    text = _text(connection, SECOND_FACTOR)
    if text is None:
        return None
    value = _value(SECOND_FACTOR, text)
    if value not in SECOND_FACTOR_RULES:
        raise _unreadable(SECOND_FACTOR, "this version does not know its value")
    return str(value)


def read_additional_rules(connection: Connection) -> str:
    """Return the additional authentication rules for all trusts, empty if there are none."""
    text = _text(connection, ADDITIONAL_RULES)
    if text is None:
        return ""
    rules = _value(ADDITIONAL_RULES, text)
    if not isinstance(rules, str):
        raise _unreadable(ADDITIONAL_RULES, "it is not a text")
    # Imported here, since most servers have no such rules and need no parser.
    from idp.federation.access_control.rule_sets import rules_of

    try:
        rules_of(rules)
    except BadRule as error:
        raise _unreadable(ADDITIONAL_RULES, error) from None
    return rules


def _text(connection: Connection, name: str) -> Any:
    row = POLICY.first(connection, {"name": name})
    return None if row is None else row[0]


def _value(name: str, text: object) -> Any:
    try:
        return load_json(text)
    except DamagedValue as damage:
        raise _unreadable(name, damage) from None


def _unreadable(name: str, fault: object) -> UnreadableGlobalPolicy:
    what, remedy = _PARTS[name]
    return UnreadableGlobalPolicy(what, str(fault).rstrip("."), remedy)


def renew_stamp(connection: Connection) -> None:
    """Change the stamp, after a change of any policy."""
    upsert(connection, policies, "name", {"name": STAMP, "value": secrets.token_hex(8)})
