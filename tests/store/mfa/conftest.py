"""The storage of second factors, on one node and on another."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest

from adapter.mfa.service import MfaStores
from idp.session.seal import Sealer
from idp.store.engine import Database
from idp.store.mfa.stores import mfa_stores

SEALER = Sealer(secrets.token_bytes(32))


@pytest.fixture
def stores(database: Database) -> MfaStores:
    return mfa_stores(database, SEALER.purpose("totp-seed"))


@pytest.fixture
def other_stores(open_database: Callable[[], Database]) -> MfaStores:
    """Those of another node, on the same database."""
    return mfa_stores(open_database(), SEALER.purpose("totp-seed"))
