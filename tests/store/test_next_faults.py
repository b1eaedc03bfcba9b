"""The faults that are due: each is taken once, by one of parallel sign-ins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.tools.threads import at_once

from idp.saml_faults.next_fault import NextFault, Occasion
from idp.store.next_faults import SqlNextFaults

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SP = "https://sp.example.test/metadata"


@pytest.fixture
def store(database) -> SqlNextFaults:
    return SqlNextFaults(database)


def due(code: str = "audience_wrong", entity_id: str = SP, **more: str) -> NextFault:
    return NextFault(entity_id, code, "pytest", NOW, **more)


def test_a_fault_is_taken_once(store):
    kept = due(response="PHg+", kept_for="user@example.test")
    store.save(kept, Occasion.SIGN_IN)

    assert store.take(SP, Occasion.SIGN_IN) == kept
    assert store.take(SP, Occasion.SIGN_IN) is None


def test_the_last_one_set_is_due_and_log_out_has_its_own(store):
    store.save(due("xsw1"), Occasion.SIGN_IN)
    store.save(due("xsw2"), Occasion.SIGN_IN)
    store.save(due("log_out_unsigned"), Occasion.LOG_OUT)
    store.save(due("xsw3", "https://other.example.test"), Occasion.SIGN_IN)

    assert [each.code for each in store.due()] == ["xsw3", "log_out_unsigned", "xsw2"]
    assert store.take(SP, Occasion.LOG_OUT).code == "log_out_unsigned"
    assert store.clear(SP)
    assert not store.clear(SP)
    assert [each.code for each in store.due()] == ["xsw3"]


def test_of_parallel_sign_ins_one_gets_the_fault(open_database):
    nodes = [SqlNextFaults(open_database()) for _ in range(4)]
    nodes[0].save(due(), Occasion.SIGN_IN)

    taken = at_once(8, lambda number: nodes[number % 4].take(SP, Occasion.SIGN_IN))

    assert [each for each in taken if each is not None] == [due()]
