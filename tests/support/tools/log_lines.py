"""Log lines of each test as JSON on standard error, whatever earlier tests have configured."""

from __future__ import annotations

import pytest

from idp import logs


@pytest.fixture(autouse=True)
def log_lines_of_no_earlier_test() -> None:
    """Begin with the settings of ``idp.logs``: a server in this process leaves its own behind."""
    logs.configure()
