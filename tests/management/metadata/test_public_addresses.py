"""Which addresses metadata may be fetched from."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from idp.management.metadata.public_addresses import is_public

SPECIAL = [ip_network(each) for each in (
    # IANA's registry of special-purpose IPv4 addresses
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32",
    "192.0.0.170/31", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
    "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "240.0.0.0/4", "255.255.255.255/32", "224.0.0.0/4",
    # IANA's registry of special-purpose IPv6 addresses
    "::1/128", "::/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32",
    "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32",
    "2001:4:112::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16",
    "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
    # deprecated, reserved or multicast
    "::/96", "::ffff:0:0:0/96", "200::/7", "400::/6", "800::/5", "1000::/4", "4000::/3", "6000::/3",
    "8000::/3", "a000::/3", "c000::/3", "e000::/4", "f000::/5", "f800::/6", "fe00::/9", "fec0::/10",
    "ff00::/8", "3ffe::/16",
    # the metadata of clouds
    "168.63.129.16/32", "169.254.169.254/32", "169.254.170.2/32", "100.100.100.200/32",
    "192.0.0.192/32", "fd00:ec2::254/128", "fd20:ce::254/128", "fe80::a9fe:a9fe/128",
)]  # fmt: skip

PUBLIC = [
    "1.0.0.0", "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
    "126.255.255.255", "128.0.0.0", "168.63.129.15", "168.63.129.17", "169.253.255.255",
    "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0",
    "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255",
    "203.0.114.0", "223.255.255.255", "2001:200::", "2001:4860:4860::8888", "2003::1",
    "2606:4700:4700::1111", "2a00::1", "2620:4f:8001::",
]  # fmt: skip

EMBEDDED = {
    "IPv4-mapped": "::ffff:0:0",
    "NAT64": "64:ff9b::",
    "ISATAP": "2a00:1::5efe:0:0",
    "ISATAP, global": "2a00:1::200:5efe:0:0",
}
"""Networks that lead to the IPv4 address in their last 32 bits."""

NEVER = {
    "IPv4-compatible": "::",
    "SIIT": "::ffff:0:0:0",
    "NAT64 for local use": "64:ff9b:1::",
    "Teredo": "2001::",
    "6to4 and below": "2002:808:808::",
}
"""Networks that are not public whatever IPv4 address is in them."""


@pytest.mark.parametrize("network", SPECIAL, ids=str)
def test_no_special_network_is_public_from_its_first_to_its_last_address(network):
    for address in (network[0], network[network.num_addresses // 2], network[-1]):
        assert not is_public(str(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_lies_beside_the_special_networks_is_public(address):
    assert is_public(address)


ADDRESSES = st.sampled_from(SPECIAL).filter(lambda each: isinstance(each, IPv4Network)).flatmap(
    lambda each: st.integers(int(each[0]), int(each[-1]))
) | st.integers(0, 2**32 - 1)  # fmt: skip


@pytest.mark.parametrize("network", EMBEDDED.values(), ids=EMBEDDED.keys())
@given(ipv4=ADDRESSES)
def test_an_embedded_address_is_as_public_as_it_is_alone(network, ipv4):
    whole = IPv6Address(int(IPv6Address(network)) | ipv4)

    assert is_public(str(whole)) == is_public(str(IPv4Address(ipv4)))


@pytest.mark.parametrize("network", NEVER.values(), ids=NEVER.keys())
@given(ipv4=ADDRESSES)
@example(0x08080808)
def test_an_address_of_a_transition_that_is_over_is_not_public(network, ipv4):
    assert not is_public(str(IPv6Address(int(IPv6Address(network)) | ipv4)))


@given(st.integers(0, 2**128 - 1))
def test_outside_of_the_addresses_that_are_given_out_only_embedded_ones_are_public(number):
    address = IPv6Address(number)
    leads_to_ipv4 = address in IPv6Network("::ffff:0:0/96") or address in IPv6Network(
        "64:ff9b::/96"
    )

    assert not is_public(str(address)) or address in IPv6Network("2000::/3") or leads_to_ipv4


@pytest.mark.parametrize("zone", ["eth0", "1", "a%b"])
def test_the_zone_of_an_address_does_not_make_it_public(zone):
    assert not is_public(f"fe80::1%{zone}")
