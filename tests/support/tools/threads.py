"""Waiting for what other threads do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Threads of a test, for what waits."""
    with ThreadPoolExecutor(32) as pool:
        yield pool


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread does; fail after a while."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.002)


def waiting_rooms() -> set[threading.Thread]:
    """Return the threads that read for those who wait, one for each room that is not empty."""
    return {thread for thread in threading.enumerate() if thread.name == "waiting room"}
