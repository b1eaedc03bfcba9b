"""The authentication methods policy and the legacy policy: one row of the table ``policies``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from adapter.mfa.policy import Policies
from adapter.mfa.policy_store import PolicyChanged, StoredPolicies, UnreadablePolicies
from idp.mfa.graph_import import VERSION
from idp.mfa.graph_policy import policies_of, values_of
from idp.mfa.graph_tables import HARDWARE_OATH, KEYS, SOFTWARE_OATH, faultless
from idp.store.engine import Database
from idp.store.mfa.policies_row import READ, ROW
from idp.store.schema import policies as table
from idp.store.stored_json import DamagedValue, faults_of, known_values, load_object, with_unknown
from idp.store.upsert import upsert

_KNOWN = (*KEYS, VERSION)


class SqlMfaPolicyStore:
    """The :class:`~adapter.mfa.policy_store.PolicyStore` of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cached: tuple[str | None, StoredPolicies] | None = None

    def read(self) -> StoredPolicies:
        """Return the policies; raises :class:`UnreadablePolicies`."""
        rows = self._database.rows(READ, {"name": ROW})
        return self._parsed(rows[0][0] if rows else None)

    def _parsed(self, text: str | None) -> StoredPolicies:
        """Return the policies in a row: as before, if the row is as before."""
        cached = self._cached
        if cached is None or cached[0] != text:
            cached = self._cached = (text, _stored(text))
        return cached[1]

    def replace(self, policies: Policies, seen: int | None) -> int:
        """Store *policies* if *seen* is the stored version; raises :class:`PolicyChanged`."""
        with self._database.write(alone=table) as connection:
            text = _text(connection)
            version = _version(text) if seen is None else _stored(text).version
            if seen is not None and seen != version:
                raise PolicyChanged(version, seen)
            values = {**values_of(policies), VERSION: version + 1}
            kept = with_unknown(values, text, _KNOWN)
            upsert(connection, table, "name", {"name": ROW, "value": json.dumps(kept)})
        return version + 1


def _text(connection: Connection) -> str | None:
    row = READ.first(connection, {"name": ROW})
    return None if row is None else row[0]


def _stored(text: str | None) -> StoredPolicies:
    """Return the policies in a row.

    A key that this version does not know is ignored beside the tables, but not in one: a method
    whose conditions are not understood would be allowed to more users than it was meant for.
    """
    if text is None:
        return StoredPolicies(Policies(), 0)
    try:
        values = known_values(load_object(text), _KNOWN, "policies.authentication_methods")
        version = _number(values.pop(VERSION, None))
        if SOFTWARE_OATH in values:  # until tokens had a table of their own, they were meant there
            values.setdefault(HARDWARE_OATH, values[SOFTWARE_OATH])
        return StoredPolicies(policies_of(faultless(values)), version)
    except DamagedValue as damage:
        raise UnreadablePolicies(str(damage)) from None
    except ValidationError as error:
        raise UnreadablePolicies(faults_of(error)) from None


def _number(version: Any) -> int:
    if type(version) is not int:
        raise DamagedValue("its version is not a number")
    return version


def _version(text: str | None) -> int:
    """Return the version in a row that may not be readable."""
    try:
        values: Mapping[str, Any] = load_object(text)
        return _number(values.get(VERSION))
    except DamagedValue:
        return 0
