"""A phone host that runs, and phones that are activated at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from phone_host import PhoneHost, running


@pytest.fixture
def host(tmp_path: Path) -> Iterator[PhoneHost]:
    """A running host with the users alice and bob."""
    with running(tmp_path) as running_host:
        yield running_host


@pytest.fixture
def phone(host: PhoneHost):
    """Alice's phone."""
    return host.phone()
