"""pyrad, a RADIUS library of others, reads what we write, and we read what it writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyrad.packet import AccessAccept, AccessChallenge, AccessReject, AuthPacket
from support.radius_datagrams import SECRET

from idp.radius import attributes as numbers
from idp.radius import pap
from idp.radius.authenticity import encode_reply, message_authenticator_verdict
from idp.radius.mppe import key_attributes
from idp.radius.packet import Attribute, Code, Packet, decode

PASSWORDS = st.one_of(
    st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=128),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=32),
)
PROXY_STATES = [b"outer \0 proxy", b"", b"a" * 253, b"inner proxy"]
CODES = [
    (Code.ACCESS_ACCEPT, AccessAccept),
    (Code.ACCESS_REJECT, AccessReject),
    (Code.ACCESS_CHALLENGE, AccessChallenge),
]


def request_of_pyrad(**attributes: list[bytes]) -> AuthPacket:
    """Return a request, its attributes by the names that :mod:`idp.radius.attributes` gives."""
    request = AuthPacket(id=77, secret=SECRET)
    request.add_message_authenticator()
    for name, values in attributes.items():
        request[getattr(numbers, name)] = values
    return request


def read(request: AuthPacket) -> tuple[bytes, Packet]:
    data = request.RequestPacket()
    return data, decode(data)


def test_a_request_of_pyrad_is_read_and_its_message_authenticator_is_right():
    request = request_of_pyrad(USER_NAME=[b"carol"], PROXY_STATE=PROXY_STATES)

    data, packet = read(request)

    assert packet.code == Code.ACCESS_REQUEST
    assert packet.identifier == 77
    assert packet.authenticator == request.authenticator
    assert packet.first(numbers.USER_NAME) == b"carol"
    assert packet.all(numbers.PROXY_STATE) == tuple(PROXY_STATES)
    assert message_authenticator_verdict(data, packet, SECRET) is True
    assert message_authenticator_verdict(data, packet, b"another secret") is False


@pytest.mark.parametrize(("code", "code_of_pyrad"), CODES)
@pytest.mark.parametrize("proxy_states", [[], PROXY_STATES])
def test_pyrad_verifies_both_authenticators_of_every_reply(code, code_of_pyrad, proxy_states):
    request = request_of_pyrad(USER_NAME=[b"carol"], PROXY_STATE=proxy_states)
    _, packet = read(request)

    octets = encode_reply(packet, code, [Attribute(numbers.REPLY_MESSAGE, b"Hello")], SECRET)

    reply = request.CreateReply(packet=octets)
    assert request.VerifyReply(reply, octets, enforce_ma=True)
    assert reply.code == code_of_pyrad
    assert reply[numbers.REPLY_MESSAGE] == [b"Hello"]
    assert reply.get(numbers.PROXY_STATE, []) == proxy_states
    assert next(iter(reply)) == numbers.MESSAGE_AUTHENTICATOR


@pytest.mark.parametrize("place", [0, 1, 4, 19, 25, 40])
def test_pyrad_refuses_a_reply_that_was_changed(place):
    request = request_of_pyrad(USER_NAME=[b"carol"])
    _, packet = read(request)
    octets = bytearray(encode_reply(packet, Code.ACCESS_REJECT, [Attribute(18, b"No")], SECRET))

    octets[place] ^= 1

    assert not request.VerifyReply(request.CreateReply(packet=bytes(octets)), bytes(octets))


@pytest.mark.parametrize(("code", "code_of_pyrad"), CODES)
def test_our_reply_is_the_one_that_pyrad_writes(code, code_of_pyrad):
    request = request_of_pyrad(USER_NAME=[b"carol"], PROXY_STATE=PROXY_STATES)
    _, packet = read(request)
    theirs = request.CreateReply()
    theirs.code = code_of_pyrad
    theirs.add_message_authenticator()

    assert encode_reply(packet, code, [], SECRET) == theirs.ReplyPacket()


@given(PASSWORDS)
def test_passwords_go_both_ways(password):
    assert_goes_both_ways(password)


@pytest.mark.parametrize("letter", ["x", "ü", "密", "🔑"])
def test_passwords_of_every_length_up_to_128_octets_go_both_ways(letter):
    for length in range(129):
        size = len(letter.encode())
        assert_goes_both_ways(letter * (length // size) + "x" * (length % size))


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=4, max_size=4))
def test_pyrad_reveals_both_keys_of_a_tunnel(key, salts):
    request = AuthPacket(secret=SECRET, authenticator=AuthPacket.CreateAuthenticator())

    send, receive, *_ = key_attributes((key, key[::-1]), SECRET, request.authenticator, salts)

    assert request.SaltDecrypt(send.value[6:]) == key
    assert request.SaltDecrypt(receive.value[6:]) == key[::-1]


def assert_goes_both_ways(password: str) -> None:
    """Hide the password here and there, and reveal it there and here."""
    request = AuthPacket(secret=SECRET, authenticator=AuthPacket.CreateAuthenticator())

    ours = pap.hide(password, SECRET, request.authenticator)

    assert ours == request.PwCrypt(password)
    assert request.PwDecrypt(ours) == password
    assert pap.reveal(request.PwCrypt(password), SECRET, request.authenticator) == password
