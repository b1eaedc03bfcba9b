"""The rooms of a server that use cases are called with, by a clock to set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.clock import SetClock
from support.servers.server_folder import assembled

from idp.services import Services


@pytest.fixture
def services(farm_folder: Path, clock: SetClock) -> Iterator[Services]:
    with assembled(farm_folder, clock) as rooms:
        yield rooms
