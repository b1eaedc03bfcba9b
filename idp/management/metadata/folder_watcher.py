"""Loads the metadata files of folders as trusts, also files that are added while a server runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.counters import NO_COUNTERS, Counters, Level, log_and_count
from idp.federation.metadata.folder import load_folder
from idp.logs import get_logger
from idp.rounds import Rounds

if TYPE_CHECKING:
    from idp.audit.changes import Changes
    from idp.federation.relying_party.registry import TrustRegistry

SECONDS_BETWEEN_ROUNDS = 1.0


class WatchedFolders:
    """Loads all files of a folder again whenever one of them has changed."""

    def __init__(
        self,
        trusts: TrustRegistry,
        folders: Sequence[Path],
        counters: Counters = NO_COUNTERS,
        changes: Changes | None = None,
    ) -> None:
        self._changes = changes
        self._trusts = trusts
        self._counters = counters
        self._folders = folders
        self._seen: dict[Path, frozenset[tuple[str, int, int]]] = {}
        self._lock = threading.Lock()
        self._rounds = Rounds("metadata folders", self._round, SECONDS_BETWEEN_ROUNDS)

    def load_changed(self) -> None:
        """Load every folder that has changed since the last call; log the files that are faulty."""
        with self._lock:
            for folder in self._folders:
                present = frozenset(_signature(folder))
                if present != self._seen.get(folder):
                    self._load(folder)
                    self._seen[folder] = present

    def start(self) -> None:
        """Call :meth:`load_changed` every second in a thread."""
        self._rounds.start()

    def stop(self) -> None:
        """End the thread."""
        self._rounds.stop()

    def _round(self) -> None:
        try:
            self.load_changed()
        except TallystickError as error:  # the database is busy; the next round asks again
            self._log_failure("warning", error.code, error.problem)
        except Exception as error:  # no fault may end the loading of files until the next start
            self._log_failure("error", type(error).__name__, "the folders cannot be loaded")

    def _log_failure(self, level: Level, code: str, problem: str) -> None:
        log_and_count(self._counters, "folders_not_read", level=level, code=code, problem=problem)

    def _load(self, folder: Path) -> None:
        if not folder.is_dir():
            get_logger().warning("metadata_folder_missing", folder=str(folder))
            return
        report = load_folder(self._trusts, folder)
        for entity_id in report.loaded:
            get_logger().info("trust_loaded", trust=entity_id, folder=str(folder))
            if self._changes is not None:
                self._changes.record("trust.add", entity_id, after={"source": str(folder)})
        for warning in report.warnings:
            get_logger().warning("trust_metadata", problem=warning, folder=str(folder))
        for fault in report.faults:
            get_logger().warning("trust_not_loaded", fault=fault, folder=str(folder))


def _signature(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Yield name, mtime and size of each file; nothing if the folder cannot be read."""
    with suppress(OSError):
        for file in folder.iterdir():
            with suppress(FileNotFoundError):  # it was just deleted
                status = file.stat()
                yield file.name, status.st_mtime_ns, status.st_size
