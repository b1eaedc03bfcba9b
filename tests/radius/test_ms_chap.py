"""MS-CHAPv2 against the vectors of RFC 2759 §9.2, and what the server answers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.radius_datagrams import SECRET, datagram

from idp.directory.md4 import md4
from idp.directory.nt_hash import nt_hash
from idp.radius import attributes as numbers
from idp.radius.ms_chap import (
    ErrorCode,
    Response,
    accept_attributes,
    challenge_hash,
    error_attribute,
    is_right,
    read_response,
    success_text,
)
from idp.radius.packet import MalformedPacket, Packet, decode

CHALLENGE = bytes.fromhex("5B5D7C7D7B3F2F3E3C2C602132262628")
PEER_CHALLENGE = bytes.fromhex("21402324255E262A28295F2B3A337C7E")
NT_RESPONSE = bytes.fromhex("82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF")
HASH = bytes.fromhex("44EBBA8D5312B8D611474411F56989AE")
HASH_OF_HASH = bytes.fromhex("41C00C584BD2D91C4017A2A12FA59F3F")
SUCCESS = "S=407A5589115FD0D6209F510FE9C04566932CDA56"

RESPONSE = Response(3, PEER_CHALLENGE, NT_RESPONSE)
VALUE = b"\x03\x00" + PEER_CHALLENGE + bytes(8) + NT_RESPONSE
REQUEST = decode(datagram((1, b"User")))


def test_the_hashes_of_the_password_are_those_of_the_standard():
    assert nt_hash("clientPass") == HASH
    assert md4(HASH) == HASH_OF_HASH


def test_the_challenge_hash_is_that_of_the_standard():
    assert challenge_hash(RESPONSE, CHALLENGE, "User") == bytes.fromhex("D02E4386BCE91226")


def test_the_response_of_the_standard_is_right():
    assert is_right(RESPONSE, CHALLENGE, "User", HASH)


def test_the_success_text_is_that_of_the_standard():
    assert success_text(RESPONSE, CHALLENGE, "User", HASH) == SUCCESS


def test_the_domain_before_the_name_is_not_part_of_the_response():
    assert is_right(RESPONSE, CHALLENGE, "CORP\\User", HASH)
    assert success_text(RESPONSE, CHALLENGE, "CORP\\User", HASH) == SUCCESS


@pytest.mark.parametrize("name", ["user", "User@corp.example.test", "User\\", "", "CORP/User"])
def test_another_spelling_of_the_name_makes_the_response_wrong(name):
    assert not is_right(RESPONSE, CHALLENGE, name, HASH)


@given(st.integers(0, 23), st.integers(1, 255))
def test_a_response_that_was_changed_anywhere_is_wrong(place, other):
    changed = bytearray(NT_RESPONSE)
    changed[place] ^= other

    assert not is_right(RESPONSE._replace(nt_response=bytes(changed)), CHALLENGE, "User", HASH)


@pytest.mark.parametrize("nt_response", [b"", NT_RESPONSE[:23], NT_RESPONSE + b"\0"])
def test_a_response_of_another_length_is_wrong(nt_response):
    assert not is_right(RESPONSE._replace(nt_response=nt_response), CHALLENGE, "User", HASH)


def test_a_response_to_another_challenge_or_with_another_password_is_wrong():
    assert not is_right(RESPONSE, bytes(16), "User", HASH)
    assert not is_right(RESPONSE._replace(peer_challenge=bytes(16)), CHALLENGE, "User", HASH)
    assert not is_right(RESPONSE, CHALLENGE, "User", nt_hash("clientpass"))


def test_the_value_of_a_response_attribute_is_read():
    assert read_response(VALUE) == RESPONSE


@pytest.mark.parametrize("length", [0, 1, 49, 51])
def test_a_response_attribute_has_50_octets(length):
    assert_malformed((VALUE + b"\0")[:length])


def test_the_flags_of_a_response_are_zero():
    assert_malformed(VALUE[:1] + b"\x01" + VALUE[2:])


@pytest.mark.parametrize("place", range(18, 26))
def test_the_reserved_octets_of_a_response_are_zero(place):
    assert_malformed(VALUE[:place] + b"\x01" + VALUE[place + 1 :])


def test_an_accept_has_the_success_and_all_that_the_tunnel_needs():
    accept = accepted(salts=b"abcd")

    assert of_microsoft(accept, numbers.MS_CHAP2_SUCCESS) == b"\x03" + SUCCESS.encode()
    assert of_microsoft(accept, numbers.MS_MPPE_ENCRYPTION_POLICY) == b"\0\0\0\x01"
    assert of_microsoft(accept, numbers.MS_MPPE_ENCRYPTION_TYPES) == b"\0\0\0\x04"
    assert len(of_microsoft(accept, numbers.MS_MPPE_SEND_KEY)) == 34
    assert len(of_microsoft(accept, numbers.MS_MPPE_RECV_KEY)) == 34


@pytest.mark.parametrize("code", ErrorCode)
def test_an_error_says_what_went_wrong(code):
    attribute = error_attribute(3, code, PEER_CHALLENGE)

    value = of_microsoft(packet_of(attribute), numbers.MS_CHAP_ERROR)
    assert value[0] == 3
    assert re.fullmatch(
        rf"E={int(code)} R=0 C=21402324255E262A28295F2B3A337C7E V=3 M=[A-Z][-a-z ]+",
        value[1:].decode(),
    )


def test_the_error_codes_are_those_of_the_standard():
    assert set(ErrorCode) == {646, 647, 648, 649, 691, 709}


def test_an_error_can_allow_another_try():
    value = error_attribute(3, 691, bytes(16), retry=True).value

    assert b"E=691 R=1 C=" in value


def test_an_error_with_another_code_or_challenge_is_not_written():
    with pytest.raises(ValueError, match="692"):
        error_attribute(3, 692, bytes(16))
    with pytest.raises(ValueError, match="16 octets"):
        error_attribute(3, 691, bytes(15))


def accepted(*, salts: bytes) -> Packet:
    return packet_of(*accept_attributes(REQUEST, RESPONSE, CHALLENGE, "User", HASH, SECRET, salts))


def packet_of(*attributes) -> Packet:
    return decode(datagram(*attributes, code=2))


def of_microsoft(packet: Packet, kind: int) -> bytes:
    value = packet.vendor(numbers.MICROSOFT, kind)
    assert value is not None
    return value


def assert_malformed(value: bytes) -> None:
    with pytest.raises(MalformedPacket):
        read_response(value)
