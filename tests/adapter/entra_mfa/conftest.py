from __future__ import annotations

import pytest
from support.adapters.entra_sign_in import SignIn


@pytest.fixture
def device(mfa):
    return mfa.give_phone()


@pytest.fixture
def adapter_sign_in(mfa, device):
    return SignIn(mfa)
