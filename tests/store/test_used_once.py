from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from idp.store.maintenance import GRACE, purge
from idp.store.used_once import SqlUsedOnce, claim, digest_key

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def test_a_key_is_claimed_once(database):
    once = SqlUsedOnce(database)

    assert not once.is_used("state", "a")
    assert once.claim("state", "a", LATER)
    assert not once.claim("state", "a", LATER)
    assert once.is_used("state", "a")


def test_keys_of_different_kinds_never_collide(database):
    once = SqlUsedOnce(database)

    assert once.claim("state", "a", LATER)
    assert once.claim("session-ended", "a", LATER)
    assert not once.is_used("reset", "a")


def test_exactly_one_of_many_claims_at_once_wins_each_key(open_database):
    ours, theirs = SqlUsedOnce(open_database()), SqlUsedOnce(open_database())
    keys = [f"key {number}" for number in range(20)]

    def try_both(key: str) -> int:
        return ours.claim("code", key, LATER) + theirs.claim("code", key, LATER)

    with ThreadPoolExecutor(8) as pool:
        wins = list(pool.map(try_both, keys * 6))

    assert sum(wins) == len(keys)


def test_an_expired_key_is_still_used_until_it_is_purged(database):
    once = SqlUsedOnce(database)
    once.claim("code", "a", NOW)

    assert once.is_used("code", "a")
    assert not once.claim("code", "a", LATER)
    assert purge(database, NOW + GRACE + timedelta(seconds=1)).used_once == 1
    assert once.claim("code", "a", LATER)


def test_a_purge_of_several_batches_spares_what_has_not_expired(database):
    once = SqlUsedOnce(database)
    for number in range(5):
        once.claim("code", f"old {number}", NOW)
    once.claim("code", "new", LATER)

    assert purge(database, LATER + GRACE, batch=3).used_once == 5
    assert once.is_used("code", "new")


def test_a_claim_is_undone_with_its_transaction(database):
    once = SqlUsedOnce(database)

    with suppress(RuntimeError), database.write() as connection:
        claim(connection, "code", "a", LATER)
        raise RuntimeError

    assert not once.is_used("code", "a")


@given(
    st.lists(st.text(st.characters(exclude_categories=())), max_size=4),
    st.lists(st.text(st.characters(exclude_categories=())), max_size=4),
)
def test_different_parts_have_different_keys_of_one_length(one, other):
    assert (digest_key(*one) == digest_key(*other)) == (one == other)
    assert len(digest_key(*one)) == 64
