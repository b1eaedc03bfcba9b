"""Files with the lines of NPS and its extension, one for each channel, where they are asked for.

They are a copy for whoever reads files: the sign-in log has each request, in the database. So a
folder that cannot be written, or is full, keeps nobody out. The log says so.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from adapter.clock import Clock
from idp.instants import json_instant
from idp.logs import get_logger
from idp.radius.event_texts import EventLine


class EventLog(Protocol):
    """Where the lines of the event log go."""

    def write(self, host: str, line: EventLine) -> None:
        """Write one event of a host."""


class NoEventLog:
    """Writes nothing: the sign-in log has it all."""

    def write(self, host: str, line: EventLine) -> None:
        """Write nothing."""


class EventLogFolder:
    """Appends each line to the file of its channel: time, host, event id, text, with tabs."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def write(self, host: str, line: EventLine) -> None:
        """Append one line; control characters of a name that was sent stay inside it."""
        text = line.text if line.text.isprintable() else line.text.encode("unicode_escape").decode()
        row = f"{json_instant(self._clock.now())}\t{host}\t{line.event_id}\t{text}\n"
        file = self._folder / f"{line.channel}.log"
        try:
            self._append(file, row.encode("utf-8", "backslashreplace"))
        except OSError as error:
            get_logger().error(
                "radius_event_not_written",
                channel=line.channel,
                problem=f"{self._folder} cannot be written: {error.strerror}",
            )

    def _append(self, file: Path, row: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, row)
        finally:
            os.close(descriptor)
