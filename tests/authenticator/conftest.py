"""A phone host that runs, phones that are activated at it, and calls made by hand."""

from __future__ import annotations

import pytest
from support.phones.phone_host import BOB, PhoneHost
from support.phones.signed_phone import Hand, hand_of

from idp.authenticator.client import Phone


@pytest.fixture
def phone(phone_host: PhoneHost) -> Phone:
    """Alice's phone."""
    return phone_host.phone()


@pytest.fixture
def hand(phone_host: PhoneHost, phone: Phone) -> Hand:
    """Alice's device, called by hand."""
    return hand_of(phone_host, phone)


@pytest.fixture
def bobs_hand(phone_host: PhoneHost) -> Hand:
    """Bob's device, called by hand."""
    return hand_of(phone_host, phone_host.phone(BOB))
