"""What holds for all tests, and the databases of those that need one."""

from __future__ import annotations

import signal

from hypothesis import settings
from support.clock import clock
from support.databases.fixtures import (
    _shared_database,
    database,
    database_file,
    database_kind,
    database_url,
    empty_file,
    open_database,
    postgresql_server,
    postgresql_url,
    pytest_generate_tests,
    tallystick_database,
    unused_database_url,
)

__all__ = [
    "_shared_database",
    "clock",
    "database",
    "database_file",
    "database_kind",
    "database_url",
    "empty_file",
    "open_database",
    "postgresql_server",
    "postgresql_url",
    "pytest_generate_tests",
    "tallystick_database",
    "unused_database_url",
]

settings.register_profile("any machine", deadline=None)  # a busy one is slow, and not wrong
settings.load_profile("any machine")


def pytest_configure() -> None:
    """Let Ctrl-C reach the commands that tests start.

    A suite that a script runs in the background has it ignored, and so would its children.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
