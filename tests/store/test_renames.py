"""A user who is renamed: every table with a user is known, on each database."""

from __future__ import annotations

import pytest
from sqlalchemy import LargeBinary, Text, insert, select
from sqlalchemy.types import TypeDecorator
from support.clock import NOON
from support.users import ALICE

from idp.session.seal import Sealer
from idp.store.all_tables import metadata
from idp.store.column_types import Instant, StorableText
from idp.store.renames import NAME_COLUMNS, STAYING, SqlRenames
from idp.store.schema import users

NEW = "ada.new@example.org"

NOT_OF_USERS = {
    # table                     why a new name changes nothing in it
    "used_once":                "digests; used codes are kept used by a test below",
    "trusts":                   "service providers",
    "trust_identifiers":        "service providers",
    "refreshes":                "service providers",
    "nodes":                    "who changed one is an operator",
    "providers":                "adapters",
    "policies":                 "JSON; targets that are users are in a test below",
    "access_control_policies":  "groups and rules that an administrator wrote",
    "admin_requests":           "who sent a request is in a keyed digest, for a day",
    "admin_tokens":             "tokens of programs; who made one is told by the name of that day",
    "changes":                  "the audit log says who changed whom, by the names of that day",
    "next_faults":              "service providers",
    "nps_hosts":                "who changed one is an operator",
    "nps_clients":              "who changed one is an operator",
    "nps_changes":              "a counter",
    "password_resets":          "a reset in progress ends",
    "recorded_parts":           "a timeline tells of the time before",
    "timelines":                "a timeline tells of the time before",
    "sign_ins":                 "the log says who signed in, by the name of that day",
}  # fmt: skip
KEPT = {
    "nps_hosts.require_user_match", "nps_hosts.in_force_require_user_match",
    "name_ids.value", "users.email", "users.display_name", "sign_ins.user", "timelines.user",
}  # fmt: skip


def renames(database) -> SqlRenames:
    sealer = Sealer(b"s" * 32)
    return SqlRenames(database, seeds=sealer.purpose("totp-seed"), hashes=sealer.purpose("nt-hash"))


def value_for(column):
    if column.nullable and column.name in ("security_id", "registered_for", "issued_for"):
        return None
    if column.table is users and column.name in ("groups", "attributes"):
        return "[]" if column.name == "groups" else "{}"
    kind = column.type
    if isinstance(kind, StorableText | Text):
        return ALICE
    if isinstance(kind, LargeBinary):
        return b""
    if isinstance(kind, Instant | TypeDecorator):
        return None if column.nullable else NOON
    return 30 if kind.python_type is int else False


@pytest.fixture
def filled(database):
    """A row in every table, with the user's name in every column that could have it."""
    with database.write() as connection:
        for table in metadata.sorted_tables:
            row = {column.name: value_for(column) for column in table.c if column.name != "serial"}
            connection.execute(insert(table).values(row))
    return database


def names_in(database) -> set[str]:
    """Return the columns that hold the old name."""
    with database.read() as connection:
        return {
            f"{table.name}.{column.name}"
            for table in metadata.sorted_tables
            for column in table.c
            for row in connection.execute(select(column))
            if row[0] == ALICE
        }


def test_every_column_with_the_name_of_a_user_moves_or_is_known_to_stay(filled):
    before = names_in(filled)

    assert renames(filled).rename(ALICE, NEW, NOON).upn == NEW

    moved = before - names_in(filled)
    assert moved >= {f"{column.table.name}.{column.name}" for column in NAME_COLUMNS}
    for table in metadata.sorted_tables:
        of_table = {name for name in before if name.startswith(f"{table.name}.")}
        assert of_table & moved or table.name in NOT_OF_USERS, f"whose is {table.name}?"
        for name in of_table - moved - KEPT:
            if table not in STAYING:
                column = name.partition(".")[2]
                assert not any(word in column for word in ("user", "upn", "account")), name


def test_what_is_left_of_an_earlier_user_of_the_new_name_is_not_inherited(filled):
    with filled.write() as connection:
        connection.execute(
            insert(metadata.tables["user_risks"]).values(
                user=NEW, since=NOON, client_ip="of somebody else"
            )
        )

    renames(filled).rename(ALICE, NEW, NOON)

    with filled.read() as connection:
        (risk,) = connection.execute(select(metadata.tables["user_risks"]))
    assert (risk.user, risk.client_ip) == (NEW, ALICE)


def test_nobody_is_renamed_where_there_is_nobody(database):
    assert renames(database).rename(ALICE, NEW, NOON) is None
