"""The stored policies: versions, two administrators at once, rows that cannot be read."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from adapter.mfa.policy import LegacyPolicy, MethodConfiguration, Migration, Policies
from adapter.mfa.policy_store import PolicyChanged, StoredPolicies, UnreadablePolicies

CHANGED = Policies(Migration.COMPLETE, legacy=LegacyPolicy(notifications=True))
OTHER = Policies(code_apps=MethodConfiguration(is_enabled=False))


@pytest.fixture
def store(stores):
    return stores.policies


@pytest.fixture
def write(database):
    """Put any text into the row."""

    def put(value: object) -> None:
        row = {"value": value if isinstance(value, str) else json.dumps(value)}
        with database.write() as connection:
            connection.execute(text("DELETE FROM policies"))
            insert = "INSERT INTO policies (name, value) VALUES ('authentication_methods', :value)"
            connection.execute(text(insert), row)

    return put


def test_nothing_stored_is_the_default_of_version_0(store):
    assert store.read() == StoredPolicies(Policies(), 0)


def test_a_change_is_seen_by_the_other_node_with_the_next_version(store, other_stores):
    assert store.replace(CHANGED, 0) == 1
    assert other_stores.policies.read() == StoredPolicies(CHANGED, 1)
    assert other_stores.policies.replace(OTHER, 1) == 2
    assert store.read() == StoredPolicies(OTHER, 2)


@pytest.mark.parametrize("seen", [0, 2, -1])
def test_a_change_of_another_version_is_refused(store, seen):
    store.replace(CHANGED, 0)

    with pytest.raises(PolicyChanged):
        store.replace(OTHER, seen)
    assert store.read() == StoredPolicies(CHANGED, 1)


def test_of_many_changes_of_one_version_at_once_one_is_made(store, other_stores):
    def change(turn: int) -> bool:
        node = (store, other_stores.policies)[turn % 2]
        try:
            node.replace(CHANGED, 0)
        except PolicyChanged:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(change, range(16))) == 1
    assert store.read().version == 1


@pytest.mark.parametrize(
    "value",
    [
        "no JSON",
        "[]",
        {},
        {"version": "1"},
        {"version": 1, "policyMigrationState": "paused"},
        {"version": 1, "MicrosoftAuthenticator": {"includeNetworks": []}},
        {"version": 1, "SoftwareOath": {"state": "sometimes"}},
    ],
)
def test_a_row_that_cannot_be_read_allows_nothing_and_can_be_replaced(store, write, value):
    write(value)

    with pytest.raises(UnreadablePolicies) as refused:
        store.read()
    assert refused.value.code == "unreadable_policy"
    with pytest.raises(UnreadablePolicies):
        store.replace(CHANGED, 0)
    assert store.replace(CHANGED, None) >= 1
    assert store.read().policies == CHANGED


def test_a_table_of_a_newer_version_is_ignored_and_kept(store, write, database):
    write({"version": 7, "Pigeon": {"state": "enabled"}})
    assert store.read() == StoredPolicies(Policies(), 7)

    store.replace(CHANGED, 7)

    with database.read() as connection:
        kept = json.loads(connection.execute(text("SELECT value FROM policies")).scalar_one())
    assert (kept["version"], kept["Pigeon"]) == (8, {"state": "enabled"})


def test_what_an_earlier_version_stored_about_tokens_holds_for_them(store, write):
    """They were meant by SoftwareOath until they had a table of their own."""
    write({"version": 3, "SoftwareOath": {"state": "disabled"}})

    policies = store.read().policies

    assert policies == Policies(
        code_apps=MethodConfiguration(is_enabled=False),
        hardware_tokens=MethodConfiguration(is_enabled=False),
    )
    write({"version": 3, "SoftwareOath": {"state": "disabled"}, "HardwareOath": {}})
    assert store.read().policies == OTHER
