"""A server with stored rows, and how a test damages one of them."""

from __future__ import annotations

import pytest
from support.databases.stored_rows import write_rows


@pytest.fixture
def server(stored_server):
    """A server on which three trusts, two users and a policy are stored."""
    write_rows(stored_server.services(), stored_server.clock, stored_server.folder)
    return stored_server


@pytest.fixture
def damage(server):
    """Write into a column of one row, as nobody should."""

    def damage(table: str, column: str, value: str, **key: str) -> None:
        (name, of), *_ = key.items()
        stamp = ", stamp = 'damaged'" if table == "trusts" else ""
        server.execute(
            f'UPDATE {table} SET "{column}" = :value{stamp} WHERE {name} = :of',  # noqa: S608 -- ours
            value=value,
            of=of,
        )
        if table in ("policies", "access_control_policies"):
            server.execute("UPDATE policies SET value = 'damaged' WHERE name = 'stamp'")

    return damage
