"""A phone host that runs, phones that are activated at it, and calls made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.phones.phone_host import BOB, PhoneHost, running
from support.phones.signed_phone import Hand, hand_of

from idp.authenticator.client import Phone


@pytest.fixture
def host(tmp_path: Path) -> Iterator[PhoneHost]:
    """A running host with the users alice and bob."""
    with running(tmp_path) as running_host:
        yield running_host


@pytest.fixture
def phone(host: PhoneHost) -> Phone:
    """Alice's phone."""
    return host.phone()


@pytest.fixture
def hand(host: PhoneHost, phone: Phone) -> Hand:
    """Alice's device, called by hand."""
    return hand_of(host, phone)


@pytest.fixture
def bobs_hand(host: PhoneHost) -> Hand:
    """Bob's device, called by hand."""
    return hand_of(host, host.phone(BOB))
