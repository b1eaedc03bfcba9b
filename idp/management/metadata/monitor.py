"""Refreshes the metadata of trusts in the background of a server (AD FS: trust monitoring)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp.counters import Level, log_and_count
from idp.federation.metadata.schedule import LEASE
from idp.federation.relying_party.trust import UnreadableTrust
from idp.management.metadata.refresh import Report, refresh
from idp.management.metadata.source import is_url
from idp.rounds import Rounds

if TYPE_CHECKING:
    from idp.services import Services

SECONDS_BETWEEN_ROUNDS = 60.0


class Monitor:
    """Monitors all trusts. Nodes and workers share the work: each due trust is claimed by one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._rounds = Rounds("trust monitoring", self._round, SECONDS_BETWEEN_ROUNDS)

    def start(self) -> None:
        """Call :meth:`refresh_due` every minute in a thread."""
        self._rounds.start()

    def stop(self) -> None:
        """End the thread. If a long refresh is cut off, another worker repeats it."""
        self._rounds.stop()

    def refresh_due(self) -> tuple[Report, ...]:
        """Refresh the trusts that are due, and return the reports."""
        reports = []
        while not self._rounds.is_stopped and (entity_id := self._claim()) is not None:
            report = self._refresh(entity_id)
            if report is not None:
                reports.append(report)
        return tuple(reports)

    def _round(self) -> None:
        try:
            self.refresh_due()
        except TallystickError as error:  # the database is away; the next round asks again
            self._log_failure("warning", error.code)
        except Exception as error:  # a fault of one trust must not end the monitoring of all
            self._log_failure("error", type(error).__name__)

    def _log_failure(self, level: Level, code: str) -> None:
        log_and_count(self._services.counters, "trusts_not_monitored", level=level, code=code)

    def _claim(self) -> str | None:
        now = self._services.clock.now()
        return self._services.refreshes.claim_due(now, now + LEASE)

    def _refresh(self, entity_id: str) -> Report | None:
        try:
            trust = self._services.trusts.find(entity_id)
        except UnreadableTrust as error:
            self._log_failure("warning", error.code)
            return None
        if trust is None or not is_url(trust.source):
            self._services.refreshes.forget(entity_id)
            return None
        if not trust.settings.monitoring_enabled:
            return None
        return refresh(self._services, entity_id)
