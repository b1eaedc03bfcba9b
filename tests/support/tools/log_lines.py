"""Log lines of each test as JSON on standard error, whatever earlier tests have configured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO, cast

import pytest
from support.tools.threads import Notes

from idp import logs
from idp.testing.federation import Federation


@pytest.fixture(autouse=True)
def log_lines_of_no_earlier_test() -> None:
    """Begin with the settings of ``idp.logs``: a server in this process leaves its own behind."""
    logs.configure()


class _Lines:
    """A stream whose lines are noted as they are written."""

    def __init__(self, notes: Notes[dict[str, Any]]) -> None:
        self._notes = notes

    def write(self, line: str) -> None:
        self._notes.add(json.loads(line))

    def flush(self) -> None:
        """Do nothing: each line is noted at once."""


@pytest.fixture
def noted_lines(federation: Federation) -> Iterator[Notes[dict[str, Any]]]:
    """The lines that the server logs, which a test can wait for."""
    notes: Notes[dict[str, Any]] = Notes()
    logs.configure(stream=cast(TextIO, _Lines(notes)))
    yield notes
    logs.configure()
