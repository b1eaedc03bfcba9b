"""A trust that is removed leaves nothing in any table that could act on its namesake."""

from __future__ import annotations

import pytest
from sqlalchemy import LargeBinary, insert, select
from support.clock import NOON

from idp.store.all_tables import metadata
from idp.store.column_types import Instant
from idp.store.trusts import SqlTrustStore

WIKI, OTHER = "https://wiki.example.test/metadata", "https://other.example.test/metadata"
NAMES = ("entity_id", "trust")
"""What a column is called that names a trust."""
STAYING = {
    # table                 why its rows stay
    "name_ids":             "a user has the same name when the trust is added again",
    "sign_ins":             "the log says where users signed in",
    "timelines":            "a timeline tells of the time before",
    "session_participants": "the session has signed in there, and its log-out tells so",
}  # fmt: skip
TABLES = [
    (table, column)
    for table in metadata.sorted_tables
    for column in table.c
    if column.name in NAMES and table.name not in STAYING
]


def value_for(column, trust: str):
    if column.name in NAMES or column.name in ("identifier", "stamp"):
        return trust
    if column.nullable:
        return None
    if isinstance(column.type, Instant):
        return NOON
    if isinstance(column.type, LargeBinary):
        return b""
    return 1 if column.type.python_type is int else ""


@pytest.mark.parametrize(("table", "column"), TABLES, ids=lambda each: each.name)
def test_a_removed_trust_leaves_no_row_and_others_keep_theirs(database, table, column):
    with database.write() as connection:
        for trust in (WIKI, OTHER):
            row = {each.name: value_for(each, trust) for each in table.c if each.name != "serial"}
            connection.execute(insert(table).values(row))

    SqlTrustStore(database).remove_trust(WIKI)

    with database.read() as connection:
        assert connection.execute(select(column)).scalars().all() == [OTHER]


def test_the_tables_that_have_trusts_are_known():
    assert {table.name for table, _ in TABLES} == {
        "trusts", "trust_identifiers", "refreshes", "next_faults",
    }  # fmt: skip
