"""The reader of packets: what it reads, and each form that it refuses."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.radius_datagrams import AUTHENTICATOR, datagram, octets_of, of_vendor, with_length

from idp.radius.packet import Attribute, Code, MalformedPacket, Packet, decode, vendor_attribute

ATTRIBUTES = st.tuples(st.integers(0, 255), st.binary(max_size=253))

AT_MOST_ONCE = (1, 4, 5, 24, 31, 32, 95)
"""User-Name, NAS-IP-Address, NAS-Port, State, Calling-Station-Id, NAS-Identifier, NAS-IPv6-…"""


def test_a_packet_is_read_with_its_attributes_in_order():
    packet = decode(datagram((1, b"carol"), (33, b"b"), (4, bytes(4)), (33, b"a")))

    assert packet == Packet(
        code=Code.ACCESS_REQUEST,
        identifier=7,
        authenticator=AUTHENTICATOR,
        attributes=(
            Attribute(1, b"carol"),
            Attribute(33, b"b"),
            Attribute(4, bytes(4)),
            Attribute(33, b"a"),
        ),
    )
    assert packet.first(33) == b"b"
    assert packet.all(33) == (b"b", b"a")
    assert packet.first(18) is None
    assert packet.all(18) == ()


def test_a_header_alone_is_a_packet():
    assert decode(datagram()).attributes == ()


def test_a_code_that_nobody_knows_is_read():
    assert decode(datagram(code=99)).code == 99


def test_an_attribute_may_be_empty_or_have_253_octets():
    packet = decode(datagram((79, b""), (25, bytes(253))))

    assert packet.first(79) == b""
    assert packet.first(25) == bytes(253)


def test_a_packet_of_4096_octets_is_read():
    longest = datagram(*[(25, bytes(253))] * 15, (25, bytes(249)))

    assert len(longest) == 4096
    assert len(decode(longest).attributes) == 16


def test_octets_after_the_stated_length_are_padding():
    assert decode(datagram((1, b"carol")) + b"\x02\xffjunk") == decode(datagram((1, b"carol")))


@pytest.mark.parametrize("length", [0, 1, 3, 4, 19])
def test_a_datagram_shorter_than_a_header_is_malformed(length):
    assert_malformed(datagram()[:length])


def test_a_datagram_of_4097_octets_is_malformed_even_if_the_last_one_is_padding():
    assert_malformed(datagram(*[(25, bytes(253))] * 15, (25, bytes(249))) + b"\0")


@pytest.mark.parametrize("length", [0, 19])
def test_a_stated_length_below_the_header_is_malformed(length):
    assert_malformed(with_length(datagram((1, b"carol")), length))


def test_a_datagram_shorter_than_its_stated_length_is_malformed():
    assert_malformed(datagram((1, b"carol"))[:-1])


@pytest.mark.parametrize("body", [b"\x12\x00", b"\x12\x01", b"\x12\x01\x03\x00"])
def test_an_attribute_shorter_than_its_own_header_is_malformed(body):
    assert_malformed(stating(body))


@pytest.mark.parametrize("length", [8, 255])
def test_an_attribute_that_runs_over_the_end_is_malformed(length):
    assert_malformed(stating(bytes((1, length)) + b"carol"))


def test_an_attribute_does_not_reach_into_the_padding():
    assert_malformed(with_length(datagram((1, b"carol")), 26))


def test_half_an_attribute_header_is_malformed():
    assert_malformed(stating(octets_of((1, b"carol")) + b"\x04"))


@pytest.mark.parametrize(
    ("kind", "value"), [(80, bytes(16)), *((kind, b"four") for kind in AT_MOST_ONCE)]
)
def test_an_attribute_that_comes_once_is_malformed_twice(kind, value):
    decode(datagram((kind, value)))
    assert_malformed(datagram((kind, value), (6, bytes(4)), (kind, value)))


@pytest.mark.parametrize("length", [0, 15, 17])
def test_a_message_authenticator_has_16_octets(length):
    assert_malformed(datagram((80, bytes(length))))


def test_the_error_shows_no_value():
    with pytest.raises(MalformedPacket) as refused:
        decode(stating(octets_of((2, b"hidden password")) + b"\x01\x09carol"))
    assert "carol" not in str(refused.value)
    assert "hidden" not in str(refused.value)
    assert refused.value.code == "malformed_packet"


def test_the_sub_attributes_of_a_vendor_are_read():
    packet = decode(
        datagram(
            of_vendor(11, b"other", vendor=9),
            (26, (311).to_bytes(4) + octets_of((25, b"response"), (11, b"challenge"))),
            of_vendor(11, b"second"),
        )
    )

    assert packet.vendor(311, 11) == b"challenge"
    assert packet.vendor(311, 25) == b"response"
    assert packet.vendor(311, 1) is None
    assert packet.vendor(10, 11) is None
    assert packet.all_of_vendor(311, 11) == (b"challenge", b"second")


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\0\0\x01",
        (311).to_bytes(4),
        (311).to_bytes(4) + b"\x0b",
        (311).to_bytes(4) + b"\x0b\x01" + bytes(14),
        (311).to_bytes(4) + b"\x0b\xffvalue",
        (311).to_bytes(4) + octets_of((11, b"value")) + b"\x0b\x03",
    ],
)
def test_a_malformed_vendor_attribute_is_as_absent(value):
    packet = decode(datagram((26, value), of_vendor(11, b"well formed")))

    assert packet.vendor(311, 11) == b"well formed"
    assert decode(datagram((26, value))).vendor(311, 11) is None


def test_a_vendor_attribute_that_is_written_is_read_again():
    packet = decode(datagram(vendor_attribute(311, 26, b"S=0123")))

    assert packet.vendor(311, 26) == b"S=0123"


@given(st.lists(ATTRIBUTES, max_size=15), st.integers(0, 255), st.integers(0, 255))
def test_whatever_is_well_formed_is_read_as_it_was_written(attributes, code, identifier):
    once = {kind: (kind, value) for kind, value in attributes if kind in AT_MOST_ONCE}
    others = [each for each in attributes if each[0] not in (*AT_MOST_ONCE, 80)]
    attributes = [*others, *once.values()]

    packet = decode(datagram(*attributes, code=code, identifier=identifier))

    assert (packet.code, packet.identifier) == (code, identifier)
    assert packet.attributes == tuple(attributes)


@given(st.binary(max_size=5000))
def test_any_octets_are_a_packet_or_malformed(data):
    assert_read_or_malformed(data)


@given(st.binary(max_size=200), st.integers(-2, 2))
def test_any_octets_after_a_header_are_attributes_or_malformed(body, wrong_by):
    assert_read_or_malformed(with_length(datagram() + body, 20 + max(0, len(body) + wrong_by)))


def stating(body: bytes) -> bytes:
    """Return a packet with this body, whose header states the right length."""
    return with_length(datagram() + body, 20 + len(body))


def assert_malformed(data: bytes) -> None:
    with pytest.raises(MalformedPacket):
        decode(data)


def assert_read_or_malformed(data: bytes) -> None:
    with suppress(MalformedPacket):
        decode(data)
