"""What holds for all tests."""

from __future__ import annotations

import signal

from hypothesis import settings

settings.register_profile("any machine", deadline=None)  # a busy one is slow, and not wrong
settings.load_profile("any machine")


def pytest_configure() -> None:
    """Let Ctrl-C reach the commands that tests start.

    A suite that a script runs in the background has it ignored, and so would its children.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
