from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.adapters.mfa_node import CURRENT_PHONE, OLD_PHONE, WATCH
from support.clock import NOON
from support.users import ALICE

from adapter.mfa.devices.device import Device, best_of, is_app_version, version_of


def a_device(platform: str, app_version: str) -> Device:
    return Device("d1", ALICE, "Phone", platform, app_version, b"key", NOON)


@pytest.mark.parametrize(
    ("platform", "version", "kind"),
    [
        ("android", "6.2006.4197", "phone-old"),
        ("android", "6.2006.4198", "phone-current"),
        ("android", "6.2006.10000", "phone-current"),
        ("android", "6.2111.7701", "phone-current"),
        ("android", "6.2111.10000", "phone-current"),
        ("android", "6.2404", "phone-current"),
        ("android", "6.2006", "phone-old"),
        ("android", "10.1", "phone-current"),
        ("ios", "6.4.11", "phone-old"),
        ("ios", "6.4.12", "phone-current"),
        ("ios", "6.5.85", "phone-current"),
        ("ios", "6.5.85.0", "phone-current"),
        ("ios", "6.10.0", "phone-current"),
        ("ios", "6.4.9", "phone-old"),
        ("web", "0.1", "phone-current"),
        ("watchos", "9.0", "wearable"),
        ("wear-os", "9.0", "wearable"),
        ("android", "newest", "phone-old"),
        ("a platform of tomorrow", "9.0", "phone-old"),
    ],
)
def test_the_abilities_of_a_device_follow_from_platform_and_version(platform, version, kind):
    assert a_device(platform, version).kind == kind


@pytest.mark.parametrize(
    ("platform", "version", "taps"),
    [
        ("android", "6.2006.4197", False),
        ("android", "6.2006.4198", True),
        ("android", "6.2108.5653", True),
        ("android", "6.2108.5654", False),
        ("android", "6.2111.7700", False),
        ("ios", "6.4.11", False),
        ("ios", "6.4.12", True),
        ("ios", "6.5.81", True),
        ("ios", "6.5.82", False),
        ("ios", "6.5.84", False),
        ("web", "1.0", False),
        ("wear-os", "6.4.12", False),
        ("a platform of tomorrow", "6.4.12", False),
    ],
)
def test_some_versions_offer_three_numbers_to_tap(platform, version, taps):
    assert a_device(platform, version).taps_the_number == taps


@given(
    st.lists(st.integers(0, 10**8), min_size=1, max_size=4),
    st.lists(st.integers(0, 10**8), min_size=1, max_size=4),
)
def test_versions_compare_as_numbers(one, other):
    def text(version: list[int]) -> str:
        return ".".join(map(str, version))

    assert (version_of(text(one)) < version_of(text(other))) == (one < other)


@pytest.mark.parametrize(
    "text",
    ["", ".", "6.", ".6", "6..5", "6.5a", "v6.5", "６.５", "1.2.3.4.5", "-1", "1" * 10, "6\n"],
)
def test_a_malformed_version_counts_as_the_oldest(text):
    assert not is_app_version(text)
    assert version_of(text) < version_of("0")
    assert a_device("ios", text).kind == "phone-old"


def test_the_best_device_decides_whatever_the_order():
    current, old, watch = (a_device(**app) for app in (CURRENT_PHONE, OLD_PHONE, WATCH))

    assert all(best_of(order) is current for order in permutations((watch, old, current)))
    assert all(best_of(order) is old for order in permutations((watch, old)))
    assert best_of([watch]) is watch
    assert best_of([]) is None
