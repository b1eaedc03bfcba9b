"""Activation codes and the devices they register in the database, on two nodes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.users import ALICE

from adapter.mfa.devices.activation import Activation
from adapter.mfa.devices.device import Device

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
SEED = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def store(stores):
    return stores.activations


@pytest.fixture
def other_store(other_stores):
    return other_stores.activations


def _device(name: str = "d1", user: str = ALICE) -> Device:
    return Device(name, user, "Phone", "android", "6.2404.1", b"key", NOW)


def _activation(name: str = "a1", handle: str = "1234", **changes) -> Activation:
    values = {"totp": True, "expires_at": NOW + timedelta(minutes=10), "tries": 0}
    return Activation(name, ALICE, handle, b"digest", **(values | changes))


def test_an_activation_lives_until_it_expires(store):
    store.add(_activation())

    assert store.live("1234", NOW) == [_activation()]
    assert store.live("9999", NOW) == []
    assert store.live("1234", NOW + timedelta(minutes=10)) == []


def test_each_try_of_an_activation_is_counted_up_to_its_limit(store):
    store.add(_activation("a1"))
    store.add(_activation("a2", tries=1))
    store.add(_activation("another", handle="9999"))

    def tried() -> dict[str, int]:
        return {a.id: a.tries for a in store.count_try("1234", NOW, 3)}

    assert [tried(), tried(), tried()] == [{"a1": 1, "a2": 2}, {"a1": 2, "a2": 3}, {"a1": 3}]
    assert tried() == {}
    assert store.live("9999", NOW) == [_activation("another", handle="9999")]


def test_an_activation_is_not_tried_after_its_time_or_its_end(store):
    store.add(_activation())

    assert store.count_try("1234", NOW + timedelta(minutes=10), 5) == []
    assert store.finish(_activation(), _device(), None)
    assert store.count_try("1234", NOW, 5) == []


def test_of_many_tries_at_once_no_more_than_the_limit_see_the_activation(store, other_store):
    store.add(_activation())

    with ThreadPoolExecutor(8) as pool:
        seen = list(
            pool.map(lambda node: node.count_try("1234", NOW, 5), [store, other_store] * 10)
        )

    assert len([found for found in seen if found]) == 5


def test_an_activation_brings_its_device_and_seed_together(store, stores):
    store.add(_activation())

    assert store.finish(_activation(), _device(), SEED)

    assert stores.devices.of_user(ALICE) == [_device()]
    assert stores.devices.find("d1") == _device()
    assert len(stores.codes.sources_of(ALICE)) == 1
    assert store.live("1234", NOW) == []


def test_of_two_phones_with_the_same_activation_one_is_activated(store, other_store, stores):
    store.add(_activation())

    def finish(turn: int) -> bool:
        node = (store, other_store)[turn % 2]
        return node.finish(_activation(), _device(f"d{turn}"), None)

    with ThreadPoolExecutor(8) as pool:
        wins = list(pool.map(finish, range(10)))

    assert sum(wins) == 1
    assert [device.id for device in stores.devices.of_user(ALICE)] == [f"d{wins.index(True)}"]


def test_devices_come_in_the_order_of_their_activation(store, stores):
    for number in (2, 1):
        store.add(_activation(f"a{number}"))
        later = replace(_device(f"d{number}"), platform="ios")
        store.finish(_activation(f"a{number}"), later, None)

    assert [device.id for device in stores.devices.of_user(ALICE)] == ["d2", "d1"]


def test_a_user_nobody_knows_has_no_devices(stores):
    assert stores.devices.of_user(ALICE) == []
    assert stores.devices.find("d1") is None
