"""All sources of a user's codes: the first in ``mfa_users``, further apps, and hardware tokens."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Table, bindparam, literal, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from adapter.mfa.codes.store import FIRST_ID, CodeSource
from adapter.mfa.policy import AUTHENTICATOR_CODE, HARDWARE_TOKEN
from idp.store.mfa import user_row
from idp.store.mfa_schema import code_apps, hardware_tokens
from idp.store.prepared import Prepared, Read


def _from(
    place: int, table: Table, app: ColumnElement[str], serial_number: ColumnElement[str]
) -> Select[Any]:
    """Return the sources in a table: the fields of a :class:`CodeSource`, then their order."""
    return select(
        table.c.id,
        table.c.created_at,
        table.c.last_used_at,
        app,
        table.c.name,
        serial_number,
        literal(place).label("place"),
        table.c.serial,
    ).where(table.c.user == bindparam("user"))


_APPS = _from(0, code_apps, code_apps.c.app, literal(""))
_TOKENS = _from(1, hardware_tokens, literal(HARDWARE_TOKEN), hardware_tokens.c.serial_number)
_BOTH = union_all(_APPS, _TOKENS.where(user_row.IS_ACTIVATED))
FURTHER = Prepared(
    _BOTH.order_by(_BOTH.selected_columns.place, _BOTH.selected_columns.serial),
    returns=tuple(column.type for column in _APPS.selected_columns),
)
"""The apps beside the first source, then the activated tokens, each oldest first."""


def sources(read: Read, user: str) -> list[CodeSource]:
    """Return the sources of codes of *user*, oldest first."""
    first, further = user_row.of_user(read, user), []
    if first.has_further_sources:
        further = [CodeSource(*row[:-2]) for row in read(FURTHER, {"user": user})]
    if first.totp_seed is None:
        return further
    app, name = first.seed_app or AUTHENTICATOR_CODE, first.seed_name or ""
    created, last_used = first.seed_created_at, first.code_used_at
    return [CodeSource(FIRST_ID, created, last_used, app, name), *further]
