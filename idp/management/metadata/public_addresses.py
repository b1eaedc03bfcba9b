"""Which IP addresses are public: a table of our own, so that it is the same on every Python.

Sources: IANA's registries of special-purpose addresses for IPv4 and IPv6, of IPv6 address space and
of multicast, and the addresses at which clouds tell a machine its secrets.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_NOT_PUBLIC_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",          # this network, RFC 791
        "10.0.0.0/8",         # private, RFC 1918
        "100.64.0.0/10",      # shared by customers of a provider, RFC 6598; Alibaba's metadata
        "127.0.0.0/8",        # this machine, RFC 1122
        "168.63.129.16/32",   # Azure's host, with its metadata
        "169.254.0.0/16",     # link-local, RFC 3927; the metadata of most clouds
        "172.16.0.0/12",      # private, RFC 1918
        "192.0.0.0/24",       # IETF protocols, RFC 6890; 192.0.0.192 is Oracle's metadata
        "192.0.2.0/24",       # documentation, RFC 5737
        "192.31.196.0/24",    # AS112, RFC 7535
        "192.52.193.0/24",    # AMT, RFC 7450
        "192.88.99.0/24",     # relays of 6to4, RFC 7526
        "192.168.0.0/16",     # private, RFC 1918
        "192.175.48.0/24",    # AS112, RFC 7534
        "198.18.0.0/15",      # benchmarks, RFC 2544
        "198.51.100.0/24",    # documentation, RFC 5737
        "203.0.113.0/24",     # documentation, RFC 5737
        "224.0.0.0/4",        # multicast, RFC 5771
        "240.0.0.0/4",        # reserved, RFC 1112, and broadcast
    )
)  # fmt: skip

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All IPv6 addresses that are given out, RFC 4291; everything else is special or reserved."""

_NOT_PUBLIC_IPV6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",          # IETF protocols, RFC 2928: Teredo, ORCHID, benchmarks, anycast
        "2001:db8::/32",      # documentation, RFC 3849
        "2002::/16",          # 6to4, RFC 7526
        "2620:4f:8000::/48",  # AS112, RFC 7534
        "3ffe::/16",          # 6bone, RFC 3701
        "3fff::/20",          # documentation, RFC 9637
    )
)  # fmt: skip

_EMBEDDING = (
    # networks outside of 2000::/3 that lead to the IPv4 address in their last 32 bits
    IPv6Network("::ffff:0:0/96"),  # IPv4-mapped, RFC 4291
    IPv6Network("64:ff9b::/96"),  # NAT64, RFC 6052
)

_ISATAP = (0x00005EFE, 0x02005EFE)
"""Bits 64 to 95 of an address with an IPv4 address after them, in any network (RFC 5214)."""


def is_public(text: str) -> bool:
    """Return whether an IP address, and an IPv4 address embedded in it, is public."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv4Address):
        return _is_public_ipv4(address)
    if any(address in network for network in _EMBEDDING):
        return _is_public_ipv4(_last_32_bits(address))
    if address not in _GLOBAL_UNICAST or any(address in each for each in _NOT_PUBLIC_IPV6):
        return False
    is_isatap = (int(address) >> 32) & 0xFFFFFFFF in _ISATAP
    return not is_isatap or _is_public_ipv4(_last_32_bits(address))


def _is_public_ipv4(address: IPv4Address) -> bool:
    return not any(address in network for network in _NOT_PUBLIC_IPV4)


def _last_32_bits(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)
