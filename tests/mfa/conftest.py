"""The MFA service of two nodes over one database, and threads that wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.adapters.mfa_node import SecondFactors, stores_on
from support.clock import SetClock

from idp.store.engine import Database


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(32) as pool:
        yield pool


@pytest.fixture
def mfa(database: Database, clock: SetClock) -> SecondFactors:
    return SecondFactors(stores_on(database), clock)


@pytest.fixture
def other_node(open_database: Callable[[], Database], clock: SetClock) -> SecondFactors:
    """Another process of the farm, on the same database."""
    return SecondFactors(stores_on(open_database()), clock)
