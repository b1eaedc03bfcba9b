"""Checks new users before they are added, one by one or from CSV text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from adapter.sentences import sentence
from idp.csv_table import CsvFaults, CsvRow, read_rows
from idp.directory import attributes
from idp.directory.errors import DirectoryError
from idp.directory.passwords import MAX_PASSWORD_LENGTH, is_acceptable
from idp.directory.users import User, account_key, canonical_upn, windows_account_name

MAX_TEXT_LENGTH = 256
_COLUMNS = ("display_name", "email", "groups")


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to add, as an administrator gave it; nothing is checked yet."""

    name: str
    password: str = field(repr=False)
    display_name: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def find_faults(user: NewUser) -> Iterator[str]:
    """Yield a sentence for each fault of a new user; none of them contains the password."""
    if canonical_upn(user.name) is None:
        yield f"{user.name!r} is no user name like alice@example.test"
    if not is_acceptable(user.password):
        yield f"a password has 1 to {MAX_PASSWORD_LENGTH} characters"
    texts = {"display_name": user.display_name, "email": user.email}
    texts |= {f"group {group!r}": group for group in user.groups}
    for name, text in texts.items():
        if len(text) > MAX_TEXT_LENGTH or not text.isprintable():
            yield f"{name} is longer than {MAX_TEXT_LENGTH} or contains control characters"
    yield from attributes.find_faults(user.attributes)
    given = {name.lower() for name in user.attributes}
    for name, field_name in attributes.FIELDS.items():
        if name.lower() in given and texts[field_name]:
            yield f"{name} is given twice, also as {field_name}"


def must_be_faultless(user: NewUser) -> None:
    """Raise :class:`DirectoryError` with every fault of a new user."""
    faults = list(find_faults(user))
    if faults:
        raise DirectoryError(
            sentence("No user was made: {faults}", faults="; ".join(faults)),
            attributes.remedy_for(user.attributes),
            code="bad_user",
        )


def user_of(entry: NewUser, now: datetime, *, must_change: bool = False) -> User:
    """Return the user that a faultless entry describes; the mail address defaults to the UPN."""
    upn = canonical_upn(entry.name) or ""
    user = User(
        upn=upn,
        display_name=entry.display_name,
        email=entry.email or upn,
        windows_account_name=windows_account_name(upn),
        groups=entry.groups,
        disabled=False,
        valid_from=now,
        must_change=must_change,
    )
    return attributes.change_attributes(user, entry.attributes)


def read_new_users(text: str, taken: frozenset[str]) -> tuple[NewUser, ...]:
    """Return the new users of a CSV text.

    A column of any other name is an attribute of the user. *taken* are the account names of
    existing users. Raises :class:`~idp.csv_table.CsvFaults` with every fault, a name that is taken
    or occurs twice included.
    """
    rows, faults = read_rows(
        text,
        required=("name", "password"),
        optional=_COLUMNS,
        further=_attribute_name,
        verbatim=("password",),
        is_confidential=True,
    )
    users = [_read_row(row) for row in rows]
    seen = set(taken)
    for row, user in zip(rows, users, strict=True):
        found = [*find_faults(user), *_clashes(user, seen)]
        faults += [f"line {row.line}: {fault}" for fault in found]
    if faults:
        raise CsvFaults(faults)
    return tuple(users)


def _read_row(row: CsvRow) -> NewUser:
    given = {
        name: _several(value)
        for name, value in row.values.items()
        if name not in ("name", "password", *_COLUMNS)
    }
    groups = _several(row["groups"])
    texts = row["name"], row["password"], row["display_name"], row["email"]
    return NewUser(*texts, groups, given)


def _several(text: str) -> tuple[str, ...]:
    """Return the values in a cell, which ``;`` separates."""
    values = (value.strip() for value in text.split(";"))
    return tuple(dict.fromkeys(filter(None, values)))


def _attribute_name(column: str) -> str | None:
    return column if attributes.is_name(column) else None


def _clashes(user: NewUser, seen: set[str]) -> Iterator[str]:
    """Yield a fault if the account name of *user* is in *seen*, then add it there."""
    upn = canonical_upn(user.name)
    if upn is None:
        return
    account = account_key(upn)
    if account in seen:
        yield f"there is already a user {upn}, or another one named {windows_account_name(upn)}"
    seen.add(account)
