"""Seeds and wrong codes in the database, read and changed on two nodes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from support.users import ALICE

from adapter.mfa.codes.limits import CodeLimits, debit
from adapter.mfa.codes.store import CodeSource, CodeStore, Seed
from idp.session.seal import SealBroken

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
SEED = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def store(stores):
    return stores.codes


@pytest.fixture
def other_store(other_stores):
    return other_stores.codes


def test_wrong_codes_counted_on_two_nodes_at_once_are_all_counted(store, other_store):
    def count(node: CodeStore) -> None:
        with node.transaction(ALICE) as transaction:
            transaction.save_limits(debit(transaction.limits(), NOW))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, [store, other_store] * 10))

    with store.transaction(ALICE) as transaction:
        limits = transaction.limits()
    assert limits == CodeLimits(20, NOW + timedelta(minutes=30))


def test_a_seed_can_be_replaced_and_is_unreadable_in_the_file(store, database, database_file):
    store.save_seed(ALICE, "AAAAAAAAAAAAAAAA", NOW, app="code_app")
    store.save_seed(ALICE, SEED, NOW, app="code_app")

    with store.transaction(ALICE) as transaction:
        assert transaction.seeds() == [Seed("totp", "code_app", SEED)]
    assert store.sources_of(ALICE) == [CodeSource("totp", NOW, None, "code_app")]
    files = database_file.parent.glob("tallystick.db*")
    assert SEED.encode() not in b"".join(path.read_bytes() for path in files)


def test_a_seed_of_an_earlier_version_counts_as_one_of_authenticator(store, database):
    store.save_seed(ALICE, SEED, NOW, app="code_app")
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE mfa_users SET seed_app = NULL, seed_name = NULL")

    assert store.sources_of(ALICE) == [CodeSource("totp", NOW, None, "authenticator_code")]
    with store.transaction(ALICE) as transaction:
        assert transaction.seeds() == [Seed("totp", "authenticator_code", SEED)]


def test_a_seed_moved_to_another_user_in_the_database_is_refused(store, database):
    store.save_seed(ALICE, SEED, NOW, app="code_app")
    with database.write() as connection:
        connection.exec_driver_sql("""UPDATE mfa_users SET "user" = 'bob@example.test'""")

    with store.transaction("bob@example.test") as transaction, pytest.raises(SealBroken):
        transaction.seeds()


def test_a_claim_of_a_transaction_that_fails_is_free_again(store):
    with suppress(RuntimeError), store.transaction(ALICE) as transaction:
        assert transaction.claim("code", "step", NOW)
        raise RuntimeError

    with store.transaction(ALICE) as transaction:
        assert transaction.claim("code", "step", NOW)
        assert not transaction.claim("code", "step", NOW)


def test_a_user_nobody_knows_has_no_wrong_codes_and_no_seed(store):
    with store.transaction(ALICE) as transaction:
        assert transaction.limits() == CodeLimits()
        assert transaction.seeds() == []
    assert store.sources_of(ALICE) == []


def test_forgetting_wrong_codes_keeps_the_seed(store):
    store.save_seed(ALICE, SEED, NOW, app="code_app")
    with store.transaction(ALICE) as transaction:
        transaction.save_limits(CodeLimits(10, NOW))
        transaction.save_limits(CodeLimits())

    with store.transaction(ALICE) as transaction:
        assert transaction.limits() == CodeLimits()
        assert transaction.seeds() == [Seed("totp", "code_app", SEED)]
