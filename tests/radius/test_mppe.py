"""The keys of a tunnel against RFC 3079 §3.5.3; ``test_pyrad.py`` reveals the hidden ones."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.radius_datagrams import AUTHENTICATOR, SECRET

from idp.radius.mppe import key_attributes, mppe_keys

HASH = bytes.fromhex("44EBBA8D5312B8D611474411F56989AE")
NT_RESPONSE = bytes.fromhex("82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF")
SEND = bytes.fromhex("8B7CDC149B993A1BA118CB153F56DCCB")
RECEIVE = bytes.fromhex("D5F0E9521E3EA9589645E86051C82226")
"""The standard does not print this one. Other implementations have it in their tests."""


def test_the_keys_of_the_server_are_those_of_the_standard():
    assert mppe_keys(HASH, NT_RESPONSE) == (SEND, RECEIVE)


def test_the_session_key_that_follows_is_that_of_the_standard():
    """RFC 3079 §3.4 makes it of the key that a RADIUS server sends; the VPN server does that."""
    send, _ = mppe_keys(HASH, NT_RESPONSE)

    made_of = send + bytes(40) + send + b"\xf2" * 40

    session_key = hashlib.sha1(made_of, usedforsecurity=False).digest()[:16]
    assert session_key == bytes.fromhex("405CB2247A7956E6E211007AE27B22D4")


@given(st.binary(min_size=4, max_size=4))
def test_two_keys_have_two_different_salts_with_the_highest_bit_set(salts):
    send, receive = salts_of(salts)

    assert send[0] & 0x80
    assert receive[0] & 0x80
    assert send != receive


@pytest.mark.parametrize("salts", [b"\0\0\x80\0", b"\xff\xff\xff\xff", b"abab"])
def test_equal_random_octets_still_make_two_different_salts(salts):
    send, receive = salts_of(salts)

    assert send != receive


@pytest.mark.parametrize("length", [0, 3, 5])
def test_salts_are_four_octets(length):
    with pytest.raises(ValueError, match="4 octets"):
        salts_of(bytes(length))


def salts_of(salts: bytes) -> tuple[bytes, bytes]:
    """Return the salts of both keys: the first two octets after the two headers."""
    send, receive, *_ = key_attributes((SEND, RECEIVE), SECRET, AUTHENTICATOR, salts)
    return send.value[6:8], receive.value[6:8]
