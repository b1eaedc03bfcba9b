"""The store that adapters are given: bounded, theirs alone, and right when requests race."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from support.clock import SetClock

from adapter.conformance import MemoryStore
from adapter.contract import MAX_SHARED_LIMIT, MAX_SHARED_SECONDS, SharedStoreFull
from idp.adapters import shared_store
from idp.adapters.shared_store import AdapterStore
from idp.store.maintenance import GRACE, purge
from idp.store.used_once import SqlUsedOnce


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def store_of(open_database, clock):
    """Another process's store of the adapter with a name."""

    def store_of(name: str = "Badge") -> AdapterStore:
        return AdapterStore(SqlUsedOnce(open_database()), clock, name)

    return store_of


@pytest.fixture
def in_memory(clock):
    return MemoryStore(lambda: clock.now().timestamp())


@pytest.fixture(params=["in the database", "in memory"])
def store(request, store_of, in_memory):
    return in_memory if request.param == "in memory" else store_of()


def test_a_key_is_claimed_once(store):
    assert [store.claim("code", 60) for _ in range(3)] == [True, False, False]
    assert store.claim("another", 60)


def test_so_many_tries_are_granted_in_a_window_of_the_clock(store, clock):
    clock.advance(seconds=60 - clock.now().timestamp() % 60)

    assert [store.count("alice", 3, 60) for _ in range(5)] == [True] * 3 + [False] * 2
    assert store.count("bob", 3, 60)
    clock.advance(seconds=59)
    assert not store.count("alice", 3, 60)
    clock.advance(seconds=1)
    assert store.count("alice", 3, 60)


def test_claims_and_counts_of_one_key_are_apart(store):
    assert store.claim("alice", 60)
    assert store.count("alice", 1, 60)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("claim", ("a", 0)),
        ("claim", ("a", -1)),
        ("claim", ("a", MAX_SHARED_SECONDS + 1)),
        ("claim", ("a", float("nan"))),
        ("count", ("a", 1, 0)),
        ("count", ("a", 0, 60)),
        ("count", ("a", MAX_SHARED_LIMIT + 1, 60)),
    ],
)
def test_numbers_outside_the_limits_are_refused(store, method, arguments):
    with pytest.raises(ValueError, match="is"):
        getattr(store, method)(*arguments)


@pytest.mark.parametrize("key", [None, b"a", 1])
def test_a_key_that_is_no_text_is_refused(store, key):
    with pytest.raises(TypeError):
        store.claim(key, 60)


def test_a_key_of_any_length_and_any_characters_is_taken(store):
    assert store.claim("\ud800\x00" * 100_000, 60)
    assert not store.claim("\ud800\x00" * 100_000, 60)


def test_adapters_never_see_each_others_keys_nor_those_of_the_host(store_of, open_database, clock):
    assert store_of("Badge").claim("a", 60)

    assert store_of("Badge2").claim("a", 60)
    once = SqlUsedOnce(open_database())
    for kind in ("Badge", "a", "adapter-count:Badge"):
        assert not once.is_used(kind, "a")


def test_of_many_claims_at_once_in_two_processes_one_wins(store_of):
    stores, keys = [store_of(), store_of()], [f"key {number}" for number in range(10)]

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: stores[n % 2].claim(keys[n // 2 % 10], 60), range(80)))

    assert sum(won) == len(keys)


def test_of_many_tries_at_once_in_two_processes_no_more_than_the_limit_are_granted(store_of):
    stores = [store_of(), store_of()]

    with ThreadPoolExecutor(8) as pool:
        granted = list(pool.map(lambda n: stores[n % 2].count("alice", 5, 3600), range(40)))

    assert sum(granted) == 5


def test_a_full_store_refuses_until_keys_have_expired(store_of, open_database, clock, monkeypatch):
    monkeypatch.setattr(shared_store, "MAX_KEYS", 5)
    monkeypatch.setattr(shared_store, "CALLS_BETWEEN_LOOKS", 1)
    store = store_of()
    for number in range(5):
        assert store.claim(str(number), 60)

    with pytest.raises(SharedStoreFull):
        store.claim("one more", 60)
    assert store.count("alice", 1, 60)
    assert store_of("Another").claim("one more", 60)

    clock.advance(seconds=61)
    purge(open_database(), clock.now() + GRACE)
    assert store.claim("one more", 60)


def test_a_process_that_does_not_look_each_time_notices_soon(store_of, monkeypatch):
    monkeypatch.setattr(shared_store, "MAX_KEYS", 5)
    monkeypatch.setattr(shared_store, "CALLS_BETWEEN_LOOKS", 4)
    store = store_of()

    assert all(store.claim(str(number), 60) for number in range(8))
    with pytest.raises(SharedStoreFull):
        store.claim("one more", 60)


# Through the host


@pytest.fixture
def asked(federation, sp):
    """A sign-in that waits for the answer to the stranger's question."""
    federation.services.providers.register(
        "Passphrase",
        "passphrase_adapter:PassphraseAuthentication",
        b'question = "What do we drink at four?"\nanswer = "tea"\n',
    )
    federation.services.providers.enable(["Passphrase"])
    return lambda: federation.sign_in(sp.url())


@pytest.mark.each_database
def test_of_two_wrong_answers_at_once_the_last_try_is_given_to_one(asked):
    for _ in range(4):  # each in a sign-in of its own: the tries are the account's
        assert "not the answer" in asked().post(Answer="coffee").html
    racing, together = [asked(), asked()], Barrier(2)

    def post(sign_in) -> str:
        together.wait()
        return sign_in.post(Answer="coffee").text("errorText")

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(post, racing))

    assert said == ["That is not the answer.", "Too many answers were wrong. Try again later."]
    assert "Too many answers" in asked().post(Answer="tea").html


@pytest.mark.each_database
def test_the_right_answer_is_taken_while_there_are_tries(asked):
    for _ in range(4):
        asked().post(Answer="coffee")
    sign_in = asked()
    sign_in.post(Answer="tea")

    assert sign_in.finish().status == ("Success",)
