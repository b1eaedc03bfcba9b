"""Reads the sign-in log for ``/admin/log`` and ``tallystick log``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idp.audit.record import LogEntry, SignInRecord
    from idp.services import Services

PAGE_SIZE = 500
LATEST = 100


def read(
    services: Services, user: str | None = None, wait: Callable[[], None] | None = None
) -> Iterator[LogEntry]:
    """Yield the entries, oldest first, of all users or of one.

    *user* may be written in any form that is accepted at sign-in. With *wait*, the generator never
    ends: it calls *wait* after the last entry and then yields what was added meanwhile.
    """
    found = services.directory.find(user) if user else None
    name = found.upn if found else user
    last = 0
    while True:
        page = services.log.read(user=name, after_id=last, limit=PAGE_SIZE)
        yield from page
        if page:
            last = page[-1].id
        if len(page) == PAGE_SIZE:
            continue
        if wait is None:
            return
        wait()


def latest(services: Services) -> tuple[SignInRecord, ...]:
    """Return the last :data:`LATEST` records, newest first."""
    return tuple(entry.record for entry in reversed(services.log.read(limit=LATEST)))
