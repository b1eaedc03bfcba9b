"""The fixture ``radius``: an NPS host that answers RADIUS beside the federation server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapter.nps_extension import CODE_SINCE
from idp.embedded.radius import RunningRadius, radius_in_thread

if TYPE_CHECKING:
    from idp.services import Services

HOST = "nps1"
ADDRESS = "127.0.0.1"
SECRET = "the-shared-secret-of-these-tests"  # noqa: S105  # of a server that lives for one test
CHANGED_BY = "pytest"


class Radius:
    """An NPS host with one client, this machine: ``host``, ``port`` and ``secret`` are its data.

    Its extension asks for codes by default, as version 1.2.2216.1 does. An Access-Reject is not
    delayed.
    """

    host = ADDRESS
    secret = SECRET

    def __init__(self, services: Services, running: RunningRadius) -> None:
        self._services = services
        self._running = running
        self.port = running.port_of(HOST)

    def __repr__(self) -> str:
        return f"<Radius {self.host}:{self.port} {self._services.nps.existing(HOST).version}>"

    def set(
        self,
        *,
        version: str | None = None,
        protocols: Sequence[str] | None = None,
        override: str | None = None,
        require_user_match: str | None = None,
        ip_whitelist: str | None = None,
        restart: bool = True,
    ) -> None:
        """Change the host: its version, the protocols it allows, and values of its registry.

        Registry values are in force after a *restart* of the NPS service, which is done at once
        unless this is false. An empty value deletes one.
        """
        nps = self._services.nps
        nps.set_host(HOST, CHANGED_BY, version=version, protocols=protocols)
        nps.set_registry(
            HOST,
            CHANGED_BY,
            override=override,
            require_user_match=require_user_match,
            ip_whitelist=ip_whitelist,
        )
        if restart:
            nps.restart(HOST, CHANGED_BY)
        self._running.receiver.refresh()

    def set_client(
        self,
        *,
        can_answer_challenge: bool = True,
        needs_message_authenticator: bool = True,
        timeout: int = 60,
        label: str = "",
    ) -> None:
        """Change the client: whether it can ask its user for a code, and so on."""
        add_client(
            self._services,
            can_answer_challenge=can_answer_challenge,
            needs_message_authenticator=needs_message_authenticator,
            timeout=timeout,
            label=label,
        )
        self._running.receiver.refresh()


def add_client(services: Services, **settings: bool | int | str) -> None:
    """Add or replace the client of the host."""
    services.nps.add_client(HOST, ADDRESS, CHANGED_BY, secret=SECRET, **settings)  # type: ignore[arg-type]


@contextmanager
def running_radius(services: Services) -> Iterator[Radius]:
    """Answer for a new host until the block is left."""
    services.nps.set_host(HOST, CHANGED_BY, version=str(CODE_SINCE), addresses=[ADDRESS])
    add_client(services)
    with radius_in_thread(services, at=ADDRESS, reject_delay=0) as running:
        yield Radius(services, running)
