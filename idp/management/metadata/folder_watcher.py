"""Folders whose files are trusts, also those that are dropped there while a server runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.counters import NO_COUNTERS, Counters, log_and_count
from idp.federation.metadata.folder import load_folder
from idp.logs import get_logger

if TYPE_CHECKING:
    from idp.federation.relying_party.registry import TrustRegistry

SECONDS_BETWEEN_LOOKS = 1.0


class WatchedFolders:
    """Loads the files of *folders* as trusts whenever one of them has changed."""

    def __init__(
        self, trusts: TrustRegistry, folders: Sequence[Path], counters: Counters = NO_COUNTERS
    ) -> None:
        self._trusts = trusts
        self._counters = counters
        self._folders = folders
        self._seen: dict[Path, frozenset[tuple[str, int, int]]] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def look(self) -> None:
        """Load what has changed since the last look; a bad file is told in the log."""
        with self._lock:
            for folder in self._folders:
                present = frozenset(_signature(folder))
                if present != self._seen.get(folder):
                    self._load(folder)
                    self._seen[folder] = present

    def start(self) -> None:
        """Look again and again, for those who come by no web request."""
        threading.Thread(target=self._run, name="metadata folders", daemon=True).start()

    def stop(self) -> None:
        """Stop looking."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(SECONDS_BETWEEN_LOOKS):
            try:
                self.look()
            except TallystickError as error:  # the database is busy; the next round asks again
                log_and_count(
                    self._counters, "folders_not_read", code=error.code, problem=error.problem
                )

    def _load(self, folder: Path) -> None:
        report = load_folder(self._trusts, folder)
        for entity_id in report.loaded:
            get_logger().info("trust_loaded", trust=entity_id, folder=str(folder))
        for fault in report.faults:
            get_logger().warning("trust_not_loaded", fault=fault, folder=str(folder))


def _signature(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Yield what tells whether a file is another; of a folder that cannot be read, nothing."""
    with suppress(OSError):
        for file in folder.iterdir():
            with suppress(FileNotFoundError):  # it has just gone
                status = file.stat()
                yield file.name, status.st_mtime_ns, status.st_size
