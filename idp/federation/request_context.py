"""The request context: from which addresses and proxy a request comes, from inside or outside.

As in AD FS, a request through a Web Application Proxy comes from the extranet, and every other one
from the intranet. A request whose address is unknown comes from the extranet, too. Address ranges
matter only in access control policies.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from idp.federation.claims import CLAIM_TYPES, Claim
from idp.request_value import request_value

CLIENT_CONTEXT = "CLIENT CONTEXT"
"""The issuer of claims about the request."""

IpAddress = IPv4Address | IPv6Address
MAX_ADDRESS_LENGTH = 100
"""Characters of an address with its brackets and port; a longer text is not an address."""


@request_value
class RequestContext:
    """Where one request comes from; addresses are in canonical spelling, or empty.

    ``client_ip`` connected to this server: the user, or the proxy named ``proxy``.
    ``forwarded_ips`` are the addresses before that proxy, as it reports them. Only the last one,
    which connected to the proxy, is certain; a client can invent the others.
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
        """The address that connected to the proxy, or to us without one; empty if unknown.

        It is never the proxy's own address, which may be in a range that a policy permits.
        """
        if self.inside_corporate_network:
            return self.client_ip
        return self.forwarded_ips[-1] if self.forwarded_ips else ""

    @property
    def user_ips(self) -> tuple[str, ...]:
        """All addresses that the request comes from; the last one is :attr:`user_ip`."""
        if self.inside_corporate_network:
            return (self.client_ip,) if self.client_ip else ()
        return self.forwarded_ips

    @property
    def shown_ip(self) -> str:
        """The address for logs and pages: the nearest to the user that is certain."""
        return self.user_ip or self.client_ip

    def claims(self) -> tuple[Claim, ...]:
        """Return it as claims of AD FS's claim types; unknown values have no claim."""
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


NOWHERE = RequestContext("")
"""A place without an address, inside."""


def parse_address(text: str) -> IpAddress | None:
    """Return the IP address in *text*, None if there is none.

    Ports and brackets, as proxies write them, are removed. An IPv4 address in an IPv6 one
    (``::ffff:192.0.2.1``) becomes that IPv4 address, so that it matches its ranges.
    """
    return _parse(text) if len(text) <= MAX_ADDRESS_LENGTH else None


@lru_cache(maxsize=1024)
def _parse(text: str) -> IpAddress | None:
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
