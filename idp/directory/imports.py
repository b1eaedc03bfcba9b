"""What is asked of a new user, one by one or from a CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from idp.csv_table import CsvFaults, CsvRow, read_rows
from idp.directory.passwords import MAX_PASSWORD_LENGTH, is_acceptable
from idp.directory.users import account_key, canonical_upn, windows_account_name

MAX_TEXT_LENGTH = 256


@dataclass(frozen=True, slots=True)
class Entry:
    """A user as somebody wrote it down."""

    name: str
    password: str = field(repr=False)
    display_name: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()


def faults_of(entry: Entry) -> Iterator[str]:
    """Say what is wrong with an entry, in sentences without the password."""
    if canonical_upn(entry.name) is None:
        yield f"{entry.name!r} is no user name like alice@example.test"
    if not is_acceptable(entry.password):
        yield f"a password has 1 to {MAX_PASSWORD_LENGTH} characters"
    texts = {"display_name": entry.display_name, "email": entry.email}
    texts |= {f"group {group!r}": group for group in entry.groups}
    for name, text in texts.items():
        if len(text) > MAX_TEXT_LENGTH or not text.isprintable():
            yield f"{name} is longer than {MAX_TEXT_LENGTH} or contains control characters"


def read_entries(text: str, taken: frozenset[str]) -> tuple[Entry, ...]:
    """Return the entries of a file.

    *taken* are the account names there are already. Raises :class:`~idp.csv_table.CsvFaults`.
    """
    rows, faults = read_rows(
        text,
        required=("name", "password"),
        optional=("display_name", "email", "groups"),
        verbatim=("password",),
    )
    entries = [_entry(row) for row in rows]
    seen = set(taken)
    for row, entry in zip(rows, entries, strict=True):
        found = [*faults_of(entry), *_clashes(entry, seen)]
        faults += [f"line {row.line}: {fault}" for fault in found]
    if faults:
        raise CsvFaults(faults)
    return tuple(entries)


def _entry(row: CsvRow) -> Entry:
    groups = (group.strip() for group in row["groups"].split(";"))
    unique = tuple(dict.fromkeys(group for group in groups if group))
    return Entry(row["name"], row["password"], row["display_name"], row["email"], unique)


def _clashes(entry: Entry, seen: set[str]) -> Iterator[str]:
    upn = canonical_upn(entry.name)
    if upn is None:
        return
    account = account_key(upn)
    if account in seen:
        yield f"there is already a user {upn}, or another one named {windows_account_name(upn)}"
    seen.add(account)
