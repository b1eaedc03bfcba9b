"""Where a request comes from, and the claims that say so."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.federation.claims import short_name
from idp.federation.request_context import RequestContext, parse_address


def claims(request_context: RequestContext) -> dict[str, str]:
    return {short_name(claim.type): claim.value for claim in request_context.claims()}


def test_a_request_from_inside_says_who_connected():
    here = RequestContext("192.0.2.7", user_agent="curl/8", endpoint_path="/adfs/ls/")

    assert here.inside_corporate_network
    assert here.user_ips == ("192.0.2.7",)
    assert claims(here) == {
        "x-ms-client-ip": "192.0.2.7",
        "x-ms-client-user-agent": "curl/8",
        "x-ms-endpoint-absolute-path": "/adfs/ls/",
        "userip": "192.0.2.7",
        "insidecorporatenetwork": "true",
    }


def test_a_request_from_outside_says_who_connected_to_the_proxy():
    there = RequestContext("10.0.0.5", ("198.51.100.1", "203.0.113.9"), proxy="wap.example.test")

    assert not there.inside_corporate_network
    assert there.user_ips == ("198.51.100.1", "203.0.113.9")
    assert (there.user_ip, there.shown_ip) == ("203.0.113.9", "203.0.113.9")
    assert claims(there) == {
        "x-ms-client-ip": "10.0.0.5",
        "x-ms-forwarded-client-ip": "198.51.100.1,203.0.113.9",
        "x-ms-proxy": "wap.example.test",
        "userip": "203.0.113.9",
        "insidecorporatenetwork": "false",
    }


def test_a_proxy_that_names_nobody_leaves_the_user_unknown():
    there = RequestContext("10.0.0.5", proxy="wap.example.test")

    assert (there.user_ip, there.user_ips, there.shown_ip) == ("", (), "10.0.0.5")
    assert "userip" not in claims(there)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7\t", "192.0.2.7"),
        ("192.0.2.7:51234", "192.0.2.7"),
        ("[192.0.2.7]:51234", "192.0.2.7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("[2001:db8:0:0::7]:443", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:c000:207", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:443", "192.0.2.7"),
    ],
)
def test_an_address_has_one_spelling(text, address):
    assert str(parse_address(text)) == address


@pytest.mark.parametrize(
    "text",
    ["", "unknown", "_hidden", "localhost", "192.0.2", "192.0.2.07", "192.0.2.7.1", "0x7f.1", "-1",
     "fe80::1%eth0", "[fe80::1%25eth0]", "192.0.2.7/24", "192.0.2.7,192.0.2.8", "[", "[]", "1:2:3",
     "١٩٢.٠.٢.٧", "<b>", "2130706433"],
)  # fmt: skip
def test_a_malformed_address_is_not_taken(text):
    assert parse_address(text) is None


@given(st.ip_addresses(), st.integers(1, 65535))
def test_an_address_with_and_without_its_port_is_the_same(address, port):
    bare = f"[{address}]" if isinstance(address, IPv6Address) else str(address)

    assert parse_address(f"{bare}:{port}") == parse_address(str(address)) == parse_address(bare)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_one_is_that_address(address):
    assert parse_address(f"::ffff:{address}") == address
    assert isinstance(parse_address(f"::ffff:{address}"), IPv4Address)


@given(st.text(max_size=60))
def test_no_text_makes_reading_fail(text):
    parse_address(text)


def test_a_text_that_is_longer_than_any_address_is_none():
    assert parse_address("::1" + " " * 97) == IPv6Address("::1")
    assert parse_address("::1" + " " * 98) is None
