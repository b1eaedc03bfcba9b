from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapter.mfa.codes.limits import CodeLimits, debit
from adapter.mfa.devices import Device
from adapter.mfa.ports import Activation
from adapter.mfa.push.challenge import AnswerRefused, Challenge, State, approve, collect, supersede
from idp.session.seal import SealBroken, Sealer
from idp.store.mfa import ChallengeChanged, SqlMfaStore

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
ALICE = "alice@example.test"
SEED = "JBSWY3DPEHPK3PXP"
SEALER = Sealer(secrets.token_bytes(32))


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


def _device(name: str = "d1", user: str = ALICE) -> Device:
    return Device(name, user, "Phone", "android", "6.2404.1", b"key", NOW)


def _activation(name: str = "a1", handle: str = "1234", **changes) -> Activation:
    values = {"totp": True, "expires_at": NOW + timedelta(minutes=10), "tries": 0}
    return Activation(name, ALICE, handle, b"digest", **(values | changes))


@pytest.fixture
def mfa_store(database):
    return SqlMfaStore(database, SEALER.purpose("totp-seed"))


@pytest.fixture
def other_store(open_database):
    return SqlMfaStore(open_database(), SEALER.purpose("totp-seed"))


def test_a_challenge_comes_back_as_it_was_stored(mfa_store):
    challenge = _challenge(answered_by="d1", reported=True, version=3, state=State.DENIED)
    with mfa_store.transaction(ALICE) as transaction:
        transaction.add_challenge(challenge)
        assert transaction.challenge("c1") == challenge

    assert mfa_store.challenge("c1") == challenge
    assert mfa_store.challenge("c2") is None


def test_challenges_come_oldest_first_even_when_made_at_the_same_instant(mfa_store):
    made = [_challenge(f"c{number}") for number in (3, 1, 2)]
    with mfa_store.transaction(ALICE) as transaction:
        transaction.add_challenge(_challenge("old", created_at=NOW - timedelta(seconds=1)))
        for challenge in made:
            transaction.add_challenge(challenge)
        transaction.add_challenge(_challenge("hers", user="bob@example.test"))

        assert transaction.recent_challenges(ALICE, NOW) == made


def test_only_pending_challenges_created_after_the_time_given_are_pending(mfa_store):
    with mfa_store.transaction(ALICE) as transaction:
        transaction.add_challenge(_challenge("c1"))
        transaction.add_challenge(_challenge("c2", created_at=NOW + timedelta(seconds=1)))
        late = NOW + timedelta(seconds=2)
        transaction.add_challenge(_challenge("c3", created_at=late, state=State.REPLACED))

    assert [c.id for c in mfa_store.pending_challenges(ALICE, NOW)] == ["c2"]


def test_a_challenge_of_another_user_is_not_in_reach_of_a_transaction(mfa_store):
    with mfa_store.transaction(ALICE) as transaction:
        transaction.add_challenge(_challenge())

    with mfa_store.transaction("bob@example.test") as transaction:
        assert transaction.challenge("c1") is None
        with pytest.raises(ChallengeChanged):
            transaction.save_challenge(_challenge(user="bob@example.test", version=1))


def test_a_challenge_moved_on_by_another_is_not_overwritten(mfa_store):
    first = _challenge()
    with mfa_store.transaction(ALICE) as transaction:
        transaction.add_challenge(first)
        transaction.save_challenge(supersede(first, NOW))

    with pytest.raises(ChallengeChanged), mfa_store.transaction(ALICE) as transaction:
        transaction.save_challenge(approve(first, "d1", number_matches=True, now=NOW))

    assert mfa_store.challenge("c1").state is State.REPLACED


def test_an_approval_is_collected_once_however_many_pages_ask(mfa_store, other_store):
    approved = approve(_challenge(), "d1", number_matches=True, now=NOW)
    with mfa_store.transaction(ALICE) as transaction:
        transaction.add_challenge(approved)

    def try_to_collect(node: SqlMfaStore) -> int:
        try:
            with node.transaction(ALICE) as transaction:
                transaction.save_challenge(collect(transaction.challenge("c1"), NOW))
        except AnswerRefused:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        wins = list(pool.map(try_to_collect, [mfa_store, other_store] * 10))

    assert sum(wins) == 1
    assert mfa_store.challenge("c1") == collect(approved, NOW)


def test_wrong_codes_counted_on_two_nodes_at_once_are_all_counted(mfa_store, other_store):
    def count(node: SqlMfaStore) -> None:
        with node.transaction(ALICE) as transaction:
            transaction.save_code_limits(ALICE, debit(transaction.code_limits(ALICE), NOW))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, [mfa_store, other_store] * 10))

    with mfa_store.transaction(ALICE) as transaction:
        limits = transaction.code_limits(ALICE)
    assert limits == CodeLimits(20, NOW + timedelta(minutes=30))


def test_an_unlock_forgets_wrong_codes_and_pushes_and_nothing_else(mfa_store):
    mfa_store.save_totp_seed(ALICE, SEED)
    with mfa_store.transaction(ALICE) as transaction:
        transaction.save_code_limits(ALICE, CodeLimits(10, NOW))
        assert transaction.pushes_cleared_at(ALICE) is None

    mfa_store.clear_limits(ALICE, NOW)

    with mfa_store.transaction(ALICE) as transaction:
        assert transaction.code_limits(ALICE) == CodeLimits()
        assert transaction.pushes_cleared_at(ALICE) == NOW
        assert transaction.totp_seed(ALICE) == SEED


def test_a_user_nobody_knows_has_no_limits_and_no_codes(mfa_store):
    with mfa_store.transaction(ALICE) as transaction:
        assert transaction.code_limits(ALICE) == CodeLimits()
        assert transaction.pushes_cleared_at(ALICE) is None
        assert transaction.totp_seed(ALICE) is None
    assert not mfa_store.has_totp(ALICE)
    assert mfa_store.devices_of(ALICE) == []
    assert mfa_store.device("d1") is None


def test_a_seed_can_be_replaced_and_is_unreadable_in_the_file(mfa_store, database, database_file):
    mfa_store.save_totp_seed(ALICE, "AAAAAAAAAAAAAAAA")
    mfa_store.save_totp_seed(ALICE, SEED)

    with mfa_store.transaction(ALICE) as transaction:
        assert transaction.totp_seed(ALICE) == SEED
    assert mfa_store.has_totp(ALICE)
    files = database_file.parent.glob("tallystick.db*")
    assert SEED.encode() not in b"".join(path.read_bytes() for path in files)


def test_a_seed_moved_to_another_user_in_the_database_is_refused(mfa_store, database):
    mfa_store.save_totp_seed(ALICE, SEED)
    with database.write() as connection:
        connection.exec_driver_sql("""UPDATE mfa_users SET "user" = 'bob@example.test'""")

    with mfa_store.transaction("bob@example.test") as transaction, pytest.raises(SealBroken):
        transaction.totp_seed("bob@example.test")


def test_a_claim_of_a_transaction_that_fails_is_free_again(mfa_store):
    with suppress(RuntimeError), mfa_store.transaction(ALICE) as transaction:
        assert transaction.claim("code", "step", NOW)
        raise RuntimeError

    with mfa_store.transaction(ALICE) as transaction:
        assert transaction.claim("code", "step", NOW)
        assert not transaction.claim("code", "step", NOW)


def test_an_activation_lives_until_it_expires(mfa_store):
    mfa_store.add_activation(_activation())

    assert mfa_store.live_activations("1234", NOW) == [_activation()]
    assert mfa_store.live_activations("9999", NOW) == []
    assert mfa_store.live_activations("1234", NOW + timedelta(minutes=10)) == []


def test_each_try_of_an_activation_is_counted_up_to_its_limit(mfa_store):
    mfa_store.add_activation(_activation("a1"))
    mfa_store.add_activation(_activation("a2", tries=1))
    mfa_store.add_activation(_activation("another", handle="9999"))

    def tried() -> dict[str, int]:
        return {a.id: a.tries for a in mfa_store.try_activations("1234", NOW, 3)}

    assert [tried(), tried(), tried()] == [{"a1": 1, "a2": 2}, {"a1": 2, "a2": 3}, {"a1": 3}]
    assert tried() == {}
    assert mfa_store.live_activations("9999", NOW) == [_activation("another", handle="9999")]


def test_an_activation_is_not_tried_after_its_time_or_its_end(mfa_store):
    mfa_store.add_activation(_activation())

    assert mfa_store.try_activations("1234", NOW + timedelta(minutes=10), 5) == []
    assert mfa_store.finish_activation(_activation(), _device(), None)
    assert mfa_store.try_activations("1234", NOW, 5) == []


def test_of_many_tries_at_once_no_more_than_the_limit_see_the_activation(mfa_store, other_store):
    mfa_store.add_activation(_activation())

    with ThreadPoolExecutor(8) as pool:
        seen = list(
            pool.map(
                lambda node: node.try_activations("1234", NOW, 5), [mfa_store, other_store] * 10
            )
        )

    assert len([found for found in seen if found]) == 5


def test_an_activation_brings_its_device_and_seed_together(mfa_store):
    mfa_store.add_activation(_activation())

    assert mfa_store.finish_activation(_activation(), _device(), SEED)

    assert mfa_store.devices_of(ALICE) == [_device()]
    assert mfa_store.device("d1") == _device()
    assert mfa_store.has_totp(ALICE)
    assert mfa_store.live_activations("1234", NOW) == []


def test_of_two_phones_with_the_same_activation_one_is_activated(mfa_store, other_store):
    mfa_store.add_activation(_activation())

    def finish(turn: int) -> bool:
        node = (mfa_store, other_store)[turn % 2]
        return node.finish_activation(_activation(), _device(f"d{turn}"), None)

    with ThreadPoolExecutor(8) as pool:
        wins = list(pool.map(finish, range(10)))

    assert sum(wins) == 1
    assert [device.id for device in mfa_store.devices_of(ALICE)] == [f"d{wins.index(True)}"]


def test_devices_come_in_the_order_of_their_activation(mfa_store):
    for number in (2, 1):
        mfa_store.add_activation(_activation(f"a{number}"))
        later = replace(_device(f"d{number}"), platform="ios")
        mfa_store.finish_activation(_activation(f"a{number}"), later, None)

    assert [device.id for device in mfa_store.devices_of(ALICE)] == ["d2", "d1"]
