"""The NPS hosts and RADIUS clients as the database has them now, for the packets of this moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idp.nps.clients import NpsClient
    from idp.nps.hosts import NpsHost
    from idp.nps.store import NpsServers

MAX_REMEMBERED = 4096
"""Addresses whose client is remembered, so that it is not looked for with every packet."""


class ClientTable:
    """The clients of one host; of several networks with an address, the smallest counts."""

    def __init__(self, clients: Iterable[NpsClient]) -> None:
        networks = [(ip_network(client.network), client) for client in clients]
        networks.sort(key=lambda pair: pair[0].prefixlen, reverse=True)
        self._networks: list[tuple[IPv4Network | IPv6Network, NpsClient]] = networks
        self._found: dict[str, NpsClient | None] = {}

    def find(self, address: str) -> NpsClient | None:
        """Return the client with this address, or None."""
        if address not in self._found:
            if len(self._found) >= MAX_REMEMBERED:
                self._found.clear()
            self._found[address] = self._search(address)
        return self._found[address]

    def _search(self, address: str) -> NpsClient | None:
        ip = ip_address(address)
        return next((client for network, client in self._networks if ip in network), None)


@dataclass(frozen=True, slots=True)
class Farm:
    """All hosts and their clients at one moment."""

    stamp: object = None
    hosts: Mapping[str, NpsHost] = field(default_factory=dict)
    clients: Mapping[str, ClientTable] = field(default_factory=dict)


class LiveHosts:
    """Reads hosts and clients again when they were changed; :meth:`refresh` asks for that."""

    def __init__(self, servers: NpsServers) -> None:
        self._servers = servers
        self._farm = Farm()
        self.refresh()

    def refresh(self) -> None:
        """Read all again if anything has changed since the last time."""
        stamp = self._servers.stamp()
        if stamp == self._farm.stamp:
            return
        hosts = {host.name: host for host in self._servers.hosts()}
        clients = self._servers.clients()
        tables = {
            name: ClientTable(client for client in clients if client.host == name) for name in hosts
        }
        self._farm = Farm(stamp, hosts, tables)

    def find(self, host: str, address: str) -> tuple[NpsHost, NpsClient] | None:
        """Return a host and its client with an address, None if either is unknown."""
        farm = self._farm
        client = farm.clients[host].find(address) if host in farm.clients else None
        return None if client is None else (farm.hosts[host], client)
