"""The sign-in log as administrators read it: behind ``/admin/log`` and ``tallystick log``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idp.audit.record import LogEntry, SignInRecord
    from idp.services import Services

PAGE = 500
LATEST = 100


def read(
    services: Services, user: str | None = None, wait: Callable[[], None] | None = None
) -> Iterator[LogEntry]:
    """Yield the entries from the first on; with *wait*, go on with new ones after each wait.

    *user* may be written as at sign-in, in either form and case.
    """
    known = services.directory.find(user) if user else None
    name = known.upn if known else user
    last = 0
    while True:
        page = services.log.read(user=name, after_id=last, limit=PAGE)
        yield from page
        if page:
            last = page[-1].id
        if len(page) == PAGE:
            continue
        if wait is None:
            return
        wait()


def latest(services: Services) -> tuple[SignInRecord, ...]:
    """Return the last records, newest first."""
    return tuple(entry.record for entry in reversed(services.log.read(limit=LATEST)))
