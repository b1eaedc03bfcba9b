"""The rows of users: their columns, read leniently, and the row of a user."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from idp.directory.users import User, account_key
from idp.store.prepared import Prepared
from idp.store.schema import users
from idp.store.stored_json import DamagedValue, load_object, load_texts, log_once, texts_in

USER_COLUMNS = (
    users.c.upn,
    users.c.display_name,
    users.c.email,
    users.c.windows_account_name,
    users.c.groups,
    users.c.disabled,
    users.c.valid_from,
    users.c.must_change,
    users.c.attributes,
    users.c.security_id,
)

MAX_USERS = 256
"""Users of whom the values of a row are kept, to be returned for the very same row."""

BY_UPN = Prepared(select(*USER_COLUMNS).where(users.c.upn == bindparam("name")))
BY_ACCOUNT = Prepared(select(*USER_COLUMNS).where(users.c.account_key == bindparam("name")))


def user_from_row(row: Sequence[Any]) -> User:
    """Return the user of a row of :data:`USER_COLUMNS`; each step of a sign-in reads it again."""
    return _user(tuple(row))


@lru_cache(MAX_USERS)
def _user(row: tuple[Any, ...]) -> User:
    upn, display_name, email, account, groups_text, disabled, valid_from, must_change = row[:8]
    attributes_text, security_id = row[8:]
    groups = _read(load_texts, groups_text, upn, "groups")
    attributes = _read(_load_attributes, attributes_text, upn, "attributes")
    unreadable = groups is None or attributes is None
    return User(
        upn,
        display_name,
        email,
        account,
        groups or (),
        bool(disabled) or unreadable,
        valid_from,
        bool(must_change),
        unreadable=unreadable,
        attributes=attributes or {},
        security_id=security_id or "",
    )


def _read(load: Callable[[object], Any], text: object, upn: str, column: str) -> Any | None:
    """Return what a column of a row holds, None where it cannot be read."""
    try:
        return load(text)
    except DamagedValue as damage:
        log_once("stored_user_unreadable", user=upn, problem=f"{column}: {damage}")
        return None


def _load_attributes(text: object) -> dict[str, tuple[str, ...]]:
    if text == "{}":  # read at every step of a sign-in
        return {}
    return {name: texts_in(values) for name, values in load_object(text).items()}


def row_of(user: User) -> dict[str, Any]:
    """Return the columns of a user, without the password hash."""
    return {
        "upn": user.upn,
        "account_key": account_key(user.upn),
        "windows_account_name": user.windows_account_name,
        "display_name": user.display_name,
        "email": user.email,
        "groups": json.dumps(user.groups, ensure_ascii=False),
        "attributes": json.dumps(user.attributes, ensure_ascii=False),
        "disabled": user.disabled,
        "valid_from": user.valid_from,
        "must_change": user.must_change,
    }
