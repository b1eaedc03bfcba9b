"""Where a request comes from, as AD FS sees it: addresses, proxy, and inside or outside.

Outside (extranet) is what came through a Web Application Proxy, all else is inside (intranet):
there are no address ranges until a policy names some (docs/access-control.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from idp.federation.claims import CLAIM_TYPES, Claim

CLIENT_CONTEXT = "CLIENT CONTEXT"
"""The issuer of what the request itself says."""

IpAddress = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Where one request comes from; addresses are in canonical spelling, or empty.

    ``client_ip`` is what connected to this server: the user, or ``proxy``. ``forwarded_ips`` is
    what that proxy tells of the way before it. Only its last address, which the proxy saw itself,
    is certain; a client can have made up the others.
    """

    client_ip: str
    forwarded_ips: tuple[str, ...] = ()
    proxy: str = ""
    user_agent: str = ""
    endpoint_path: str = ""

    @property
    def inside_corporate_network(self) -> bool:
        """Whether the request came without a Web Application Proxy."""
        return not self.proxy

    @property
    def user_ip(self) -> str:
        """What connected to the proxy, or to us where there is none; empty where that is unknown.

        Never the proxy's own address: a range that a policy lets in may hold that.
        """
        if self.inside_corporate_network:
            return self.client_ip
        return self.forwarded_ips[-1] if self.forwarded_ips else ""

    @property
    def user_ips(self) -> tuple[str, ...]:
        """All addresses the request says it comes from; the last one is :attr:`user_ip`."""
        if self.inside_corporate_network:
            return (self.client_ip,) if self.client_ip else ()
        return self.forwarded_ips

    @property
    def shown_ip(self) -> str:
        """The one address for logs and for the user to see: the nearest to them that is certain."""
        return self.user_ip or self.client_ip

    def claims(self) -> tuple[Claim, ...]:
        """Return it as claims; what is not known has none."""
        values = {
            "x-ms-client-ip":              self.client_ip,
            "x-ms-forwarded-client-ip":    ",".join(self.forwarded_ips),
            "x-ms-proxy":                  self.proxy,
            "x-ms-client-user-agent":      self.user_agent,
            "x-ms-endpoint-absolute-path": self.endpoint_path,
            "userip":                      self.user_ip,
            "insidecorporatenetwork":      "true" if self.inside_corporate_network else "false",
        }  # fmt: skip
        return tuple(
            Claim(CLAIM_TYPES[name], value, CLIENT_CONTEXT)
            for name, value in values.items()
            if value
        )


def parse_address(text: str) -> IpAddress | None:
    """Return the address that *text* names, None for anything else.

    Ports and brackets are taken off, as proxies write them; an IPv4 address inside an IPv6 one
    (``::ffff:192.0.2.1``) is that IPv4 address, so that it matches the ranges it belongs to.
    """
    try:
        address = ip_address(_without_port(text.strip()))
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or (None if address.scope_id else address)
    return address


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
