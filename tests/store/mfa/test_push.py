"""Requests on phones in the database, read and changed on two nodes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from support.users import ALICE, BOB

from adapter.mfa.push.challenge import AnswerRefused, Challenge, State, approve, collect, take_away
from adapter.mfa.push.store import PushStore
from idp.store.mfa.push import ChallengeChanged

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(stores):
    return stores.push


@pytest.fixture
def other_store(other_stores):
    return other_stores.push


def _challenge(name: str = "c1", user: str = ALICE, **changes) -> Challenge:
    values = {
        "id": name,
        "user": user,
        "experience": "number_match",
        "nonce": "nonce",
        "number_digest": b"\x00\xff",
        "application": "Wiki",
        "client_ip": "192.0.2.1",
        "created_at": NOW,
    }
    return Challenge(**(values | changes))


def test_a_challenge_comes_back_as_it_was_stored(store):
    challenge = _challenge(answered_by="d1", reported=True, version=3, state=State.DENIED)
    with store.transaction(ALICE) as transaction:
        transaction.add(challenge)
        assert transaction.find("c1") == challenge

    assert store.find("c1") == challenge
    assert store.find("c2") is None


def test_challenges_come_oldest_first_even_when_made_at_the_same_instant(store):
    made = [_challenge(f"c{number}") for number in (3, 1, 2)]
    with store.transaction(ALICE) as transaction:
        transaction.add(_challenge("old", created_at=NOW - timedelta(seconds=1)))
        for challenge in made:
            transaction.add(challenge)
        transaction.add(_challenge("hers", user=BOB))

        assert transaction.recent(NOW) == made


def test_only_pending_challenges_created_after_the_time_given_are_pending(store):
    with store.transaction(ALICE) as transaction:
        transaction.add(_challenge("c1"))
        transaction.add(_challenge("c2", created_at=NOW + timedelta(seconds=1)))
        late = NOW + timedelta(seconds=2)
        transaction.add(_challenge("c3", created_at=late, state=State.REPLACED))

    assert [c.id for c in store.pending(ALICE, NOW)] == ["c2"]


def test_a_challenge_of_another_user_is_not_in_reach_of_a_transaction(store):
    with store.transaction(ALICE) as transaction:
        transaction.add(_challenge())

    with store.transaction(BOB) as transaction:
        assert transaction.find("c1") is None
        with pytest.raises(ChallengeChanged):
            transaction.save(_challenge(user=BOB, version=1))


def test_a_challenge_moved_on_by_another_is_not_overwritten(store):
    first = _challenge()
    with store.transaction(ALICE) as transaction:
        transaction.add(first)
        transaction.save(take_away(first, State.REPLACED, NOW))

    with pytest.raises(ChallengeChanged), store.transaction(ALICE) as transaction:
        transaction.save(approve(first, "d1", number_matches=True, now=NOW))

    assert store.find("c1").state is State.REPLACED


def test_an_approval_is_collected_once_however_many_pages_ask(store, other_store):
    approved = approve(_challenge(), "d1", number_matches=True, now=NOW)
    with store.transaction(ALICE) as transaction:
        transaction.add(approved)

    def try_to_collect(node: PushStore) -> int:
        try:
            with node.transaction(ALICE) as transaction:
                transaction.save(collect(transaction.find("c1"), NOW))
        except AnswerRefused:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        wins = list(pool.map(try_to_collect, [store, other_store] * 10))

    assert sum(wins) == 1
    assert store.find("c1") == collect(approved, NOW)


def test_the_pending_ids_of_many_users_come_in_one_answer(store):
    for user, names in ((ALICE, ("c1", "c2")), (BOB, ("c3",))):
        with store.transaction(user) as transaction:
            for name in names:
                transaction.add(_challenge(name, user))
            transaction.add(_challenge(f"{user} denied", user, state=State.DENIED))

    before = NOW - timedelta(seconds=1)
    pending = store.pending_ids([ALICE, BOB, "nobody@example.test"], before)

    assert pending == {ALICE: ("c1", "c2"), BOB: ("c3",)}
    assert store.pending_ids([BOB], before) == {BOB: ("c3",)}
    assert store.pending_ids([ALICE, BOB], NOW) == {}


def test_the_limit_is_cleared_for_one_user(store):
    with store.transaction(ALICE) as transaction:
        assert transaction.cleared_at() is None
        transaction.clear(NOW)
        assert transaction.cleared_at() == NOW

    with store.transaction(BOB) as transaction:
        assert transaction.cleared_at() is None
