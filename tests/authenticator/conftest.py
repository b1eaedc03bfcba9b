"""A phone host that runs, phones that are activated at it, and calls made by hand."""

from __future__ import annotations

import pytest
from support.phones.phone_host import PhoneHost
from support.phones.signed_phone import SignedPhone, signed_phone_of
from support.users import BOB

from idp.authenticator.client import Phone


@pytest.fixture
def phone(phone_host: PhoneHost) -> Phone:
    """Alice's phone."""
    return phone_host.phone()


@pytest.fixture
def signed_phone(phone_host: PhoneHost, phone: Phone) -> SignedPhone:
    """Alice's device, called by hand."""
    return signed_phone_of(phone_host, phone)


@pytest.fixture
def bobs_signed_phone(phone_host: PhoneHost) -> SignedPhone:
    """Bob's device, called by hand."""
    return signed_phone_of(phone_host, phone_host.phone(BOB))
