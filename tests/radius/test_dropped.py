"""Packets that get no answer: dropped without a word, counted, and without harm to the others."""

from __future__ import annotations

import pytest
from support.radius.client import CHALLENGE


@pytest.fixture
def user(federation):
    return federation.add_user(totp=True)


@pytest.fixture
def dropped(lines, vpn, user):
    """Return the codes of what was dropped, after a further request was answered.

    All run on one loop, in the order of their arrival, so that nothing is still to be looked at.
    """

    def read() -> list[str]:
        assert vpn.ask(vpn.pap(user.name, user.password)).code == CHALLENGE
        assert vpn.has_none()
        return [line["code"] for line in lines.all() if line["event"] == "radius_dropped"]

    return read


def packet(vpn, user, **changes):
    return vpn.pap(user.name, user.password, **changes).RequestPacket()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="zero bytes"),
        pytest.param(b"\x01", id="one byte"),
        pytest.param(b"\x01\x00\x00\x14" + b"x" * 15, id="shorter than a header"),
        pytest.param(b"\x01\x00\x00\x13" + b"x" * 16, id="length below a header"),
        pytest.param(b"\x01\x00\x00\x20" + b"x" * 16, id="length above the datagram"),
        pytest.param(b"\x01\x00\x10\x01" + b"x" * 4093, id="4,097 bytes"),
        pytest.param(b"\x01\x00\x00\x16" + b"x" * 16 + b"\x01\x01", id="attribute of length 1"),
        pytest.param(b"\x01\x00\x00\x16" + b"x" * 16 + b"\x01\x09", id="attribute that overruns"),
    ],
)
def test_a_malformed_packet_is_dropped(data, vpn, dropped):
    vpn.send(data)

    assert dropped() == ["malformed_packet"]


@pytest.mark.parametrize("code", [2, 3, 4, 5, 11, 12, 40, 0, 255])
def test_a_packet_that_is_no_access_request_is_dropped(code, vpn, user, dropped):
    vpn.send(bytes([code]) + packet(vpn, user)[1:])

    assert dropped() == ["radius_not_a_request"]


def test_a_wrong_message_authenticator_is_dropped(vpn, user, dropped):
    data = bytearray(packet(vpn, user))
    data[data.index(b"\x50\x12") + 2] ^= 1
    vpn.send(bytes(data))

    assert dropped() == ["radius_wrong_authenticator"]


def test_a_request_made_with_another_secret_is_dropped(new_vpn, user, dropped):
    stranger = new_vpn(secret="another secret")
    stranger.send(stranger.pap(user.name, user.password))

    assert dropped() == ["radius_wrong_authenticator"]


def test_a_request_without_message_authenticator_is_dropped(vpn, user, dropped):
    vpn.send(vpn.pap(user.name, user.password, signed=False))

    assert dropped() == ["radius_no_authenticator"]


def test_it_is_answered_if_the_clients_row_does_not_ask_for_one(radius, vpn, user):
    radius.set_client(needs_message_authenticator=False)

    reply = vpn.ask(vpn.pap(user.name, user.password, signed=False))

    assert reply.code == CHALLENGE, "and the reply has one"


def test_a_wrong_one_is_dropped_even_then(radius, vpn, user, dropped):
    radius.set_client(needs_message_authenticator=False)
    data = bytearray(packet(vpn, user))
    data[data.index(b"\x50\x12") + 2] ^= 1
    vpn.send(bytes(data))

    assert dropped() == ["radius_wrong_authenticator"]


def test_an_unknown_address_is_dropped(new_vpn, user, dropped):
    stranger = new_vpn(address="127.0.0.9")
    stranger.send(stranger.pap(user.name, user.password))

    assert dropped() == ["radius_unknown_client"]


def test_a_flood_from_an_unknown_address_is_one_line_of_the_log(new_vpn, user, dropped):
    stranger = new_vpn(address="127.0.0.9")
    for _ in range(200):
        stranger.send(stranger.pap(user.name, "x" * 10))

    assert dropped() == ["radius_unknown_client"]


def test_no_log_line_holds_the_password_the_code_or_the_secret(vpn, radius, user, lines):
    asked = vpn.ask(vpn.pap(user.name, user.password))
    code = user.code()
    vpn.ask(vpn.pap(user.name, code, state=asked.state))
    vpn.ask(vpn.pap(user.name, "a wrong password"))

    text = lines.text
    assert "right_code" in text
    for secret in (user.password, "a wrong password", f'"{code}"', radius.secret):
        assert secret not in text
    assert asked.state.decode() not in text
