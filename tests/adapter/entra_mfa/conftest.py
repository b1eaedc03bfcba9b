from __future__ import annotations

import pytest
from support.adapters.entra_sign_in import SignIn


@pytest.fixture
def phone(mfa):
    return mfa.give_phone()


@pytest.fixture
def sign_in(mfa, phone):
    return SignIn(mfa)
