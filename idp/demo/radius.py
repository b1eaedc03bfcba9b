"""The demo's NPS host: ``tallystick demo --radius``."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from adapter.nps_extension import CODE_SINCE
from idp.embedded.radius import radius_in_thread
from idp.sockets import reachable_address

if TYPE_CHECKING:
    from idp.nps.clients import NpsClient
    from idp.services import Services

HOST = "nps1"
CHANGED_BY = "demo"
LABEL = "Demo VPN"
LOOPBACK = {4: "127.0.0.0/8", 6: "::1/128"}
EVERYBODY = {4: "0.0.0.0/0", 6: "::/0"}
"""Clients of a demo that listens for other machines: the secret alone keeps others out."""


@dataclass(frozen=True, slots=True)
class DemoRadius:
    """Where RADIUS clients ask, and the secret that they share with the host."""

    host: str
    port: int
    secret: str

    def as_json(self) -> dict[str, Any]:
        """Return what scripts need to use it."""
        return {"host": self.host, "port": self.port, "secret": self.secret}


@contextmanager
def demo_radius(services: Services, bind: str, *, free_port: bool) -> Iterator[DemoRadius]:
    """Answer RADIUS at the address *bind* until the block is left.

    The host is made at the first start, with the extension that asks for codes; later its row says
    what it is. It has the port of its row, or a free one. Raises
    :class:`~idp.sockets.AddressUnavailable`.
    """
    if services.nps.host(HOST) is None:
        services.nps.set_host(HOST, CHANGED_BY, version=str(CODE_SINCE))
    services.nps.set_host(HOST, CHANGED_BY, addresses=[bind])
    client = _client(services, bind)
    at = bind if free_port else None
    with radius_in_thread(services, [HOST], at=at) as running:
        port = running.port_of(HOST)
        yield DemoRadius(reachable_address(bind), port, client.secret)


def _client(services: Services, bind: str) -> NpsClient:
    """Return the client for all who can reach *bind*, made with a new secret if there is none."""
    address = ip_address(bind)
    network = (LOOPBACK if address.is_loopback else EVERYBODY)[address.version]
    wanted = str(ip_network(network))
    for client in services.nps.clients(HOST):
        if client.network == wanted:
            return client
    secret = secrets.token_urlsafe(18)
    return services.nps.add_client(HOST, wanted, CHANGED_BY, secret=secret, label=LABEL)
