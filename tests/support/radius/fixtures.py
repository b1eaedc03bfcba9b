"""A VPN server that asks the NPS host of the test, and the log that its users leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any, NamedTuple

import pytest

from idp.events import Event
from idp.radius.receiver import Receiver
from idp.testing.federation import Federation
from idp.testing.radius import Radius
from support.radius.client import RadiusClient
from support.tools.threads import Notes

NPS_EVENTS = (Event.NPS_GRANTED, Event.NPS_DENIED)


class Logged(NamedTuple):
    """What the sign-in log says of one request."""

    event: int
    outcome: str
    reason: str
    detail: str


@pytest.fixture
def vpn(radius: Radius) -> Iterator[RadiusClient]:
    """A VPN server, the client of the NPS host."""
    with closing(RadiusClient((radius.host, radius.port), radius.secret)) as client:
        yield client


@pytest.fixture
def new_vpn(radius: Radius) -> Iterator[Callable[..., RadiusClient]]:
    """Make further sockets of VPN servers; *address* is one of this machine's."""
    with ExitStack() as stack:

        def make(secret: str | None = None, address: str = "127.0.0.1") -> RadiusClient:
            server = (radius.host, radius.port)
            client = RadiusClient(server, secret or radius.secret, address)
            return stack.enter_context(closing(client))

        yield make


@pytest.fixture
def nps_log(federation: Federation) -> Callable[[], list[Logged]]:
    """Read the events of NPS, oldest first."""

    def read() -> list[Logged]:
        return [
            Logged(row.event_id, row.outcome, row.reason, row.detail)
            for row in federation.log
            if row.event_id in NPS_EVENTS
        ]

    return read


@pytest.fixture
def datagrams(monkeypatch: pytest.MonkeyPatch) -> Notes[bytes]:
    """Notes every datagram that the hosts of this process were sent, once it was taken."""
    notes: Notes[bytes] = Notes()
    receive = Receiver.receive

    def noted(receiver: Receiver, data: bytes, *others: Any) -> None:
        receive(receiver, data, *others)
        notes.add(data)

    monkeypatch.setattr(Receiver, "receive", noted)
    return notes
