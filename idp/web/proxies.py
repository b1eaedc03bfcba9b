"""Reads where a request comes from: headers of proxies count, and only from configured ones.

Everybody can send these headers. Of a list of addresses, each proxy adds what it saw itself at the
right end, so it is read from there, and no further than the proxies are ours.

============================  ===========================================
from                          is believed
============================  ===========================================
a Web Application Proxy       ``X-MS-Proxy``, ``X-MS-Forwarded-Client-IP``
a reverse proxy of ours       ``X-Forwarded-For``
anybody else                  nothing
============================  ===========================================

``Host``, ``X-Forwarded-Host`` and ``X-Forwarded-Proto`` are believed from nobody: the base URL is
configured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network

from idp.federation.request_context import IpAddress, RequestContext, parse_address

Network = IPv4Network | IPv6Network

MAX_HOPS = 16
"""How many addresses of a list are read, from its right end."""
MAX_NAME_LENGTH = 256
MAX_USER_AGENT_LENGTH = 512

PROXY = "X-MS-Proxy"
FORWARDED_CLIENT_IP = "X-MS-Forwarded-Client-IP"
FORWARDED_FOR = "X-Forwarded-For"
UNKNOWN = "unknown"
"""The name of a proxy without an address."""


class Proxies:
    """The proxies that are believed."""

    def __init__(
        self,
        web_application_proxies: Iterable[Network] = (),
        reverse_proxies: Iterable[Network] = (),
    ) -> None:
        self._web_application_proxies = tuple(web_application_proxies)
        self._reverse_proxies = tuple(reverse_proxies)

    def has(self, peer: str) -> bool:
        """Return whether *peer* is one of the proxies."""
        networks = (*self._web_application_proxies, *self._reverse_proxies)
        if not networks:
            return False
        address = _peer_address(peer)
        return address is not None and _is_in(address, networks)

    def request_context(self, peer: str, headers: Mapping[str, str], path: str) -> RequestContext:
        """Return where a request for *path* comes from that *peer* sent with *headers*.

        A client whose address is unknown counts as outside: that of a reverse proxy of ours that
        names none, or a peer without an address.
        """
        nearest = _peer_address(peer)
        client = self._client(nearest, headers)
        forwarded: tuple[str, ...] = ()
        proxy = ""
        if client is None:
            proxy = UNKNOWN if nearest is None else str(nearest)
        elif _is_in(client, self._web_application_proxies):
            forwarded = _believed(headers.get(FORWARDED_CLIENT_IP, ""))
            proxy = _name(headers) or str(client)
        return RequestContext(
            client_ip="" if client is None else str(client),
            forwarded_ips=forwarded,
            proxy=proxy,
            user_agent=_printable(headers.get("User-Agent", ""))[:MAX_USER_AGENT_LENGTH],
            endpoint_path=path,
        )

    def _client(self, peer: IpAddress | None, headers: Mapping[str, str]) -> IpAddress | None:
        """Return what connected to the outermost of our reverse proxies, or to us.

        None where one of them names nothing, or what is no address.
        """
        client = peer
        if not self._reverse_proxies:
            return client
        hops = iter(_from_the_right(headers.get(FORWARDED_FOR, "")))
        while client is not None and _is_in(client, self._reverse_proxies):
            client = parse_address(next(hops, ""))
        return client


@lru_cache(maxsize=256)
def _peer_address(peer: str) -> IpAddress | None:
    """Return the address of what is connected to us; most requests come by a few connections."""
    return parse_address(peer)


def _believed(forwarded: str) -> tuple[str, ...]:
    """Return the addresses of a list; none of it where the proxy's own entry is no address."""
    addresses = [parse_address(hop) for hop in _from_the_right(forwarded)]
    if not addresses or addresses[0] is None:
        return ()
    return tuple(str(address) for address in reversed(addresses) if address is not None)


def _from_the_right(forwarded: str) -> list[str]:
    if not forwarded:
        return []
    return forwarded.rsplit(",", MAX_HOPS)[: -MAX_HOPS - 1 : -1]


def _name(headers: Mapping[str, str]) -> str:
    """Return the name that a Web Application Proxy gives itself."""
    return _printable(headers.get(PROXY, "")).strip()[:MAX_NAME_LENGTH]


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def _is_in(address: IpAddress, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)
