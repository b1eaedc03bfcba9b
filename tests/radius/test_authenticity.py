"""The Message-Authenticator of requests, and how replies are written."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.radius_datagrams import (
    AUTHENTICATOR,
    SECRET,
    UNSIGNED,
    datagram,
    octets_of,
    signed,
)

from idp.radius.authenticity import ReplyTooLong, encode_reply, message_authenticator_verdict
from idp.radius.packet import Attribute, Code, decode

NAME = (1, b"carol")
REPLY_MESSAGE = Attribute(18, b"Enter Your Microsoft verification code")
REPLIES = [Code.ACCESS_ACCEPT, Code.ACCESS_REJECT, Code.ACCESS_CHALLENGE]


@pytest.mark.parametrize(
    "attributes",
    [(UNSIGNED,), (UNSIGNED, NAME), (NAME, UNSIGNED), (NAME, (25, bytes(16)), UNSIGNED, (33, b""))],
)
def test_a_right_message_authenticator_is_right_wherever_it_stands(attributes):
    assert verdict(signed(*attributes)) is True


def test_a_request_without_message_authenticator_has_no_verdict():
    assert verdict(datagram(NAME)) is None


def test_another_secret_makes_another_message_authenticator():
    assert verdict(signed(UNSIGNED, NAME), secret=b"another secret") is False
    assert verdict(signed(UNSIGNED, NAME, secret=b"another secret")) is False


def test_padding_is_not_counted():
    assert verdict(signed(UNSIGNED, NAME) + b"padding") is True


@given(st.data())
def test_a_request_that_was_changed_anywhere_has_a_wrong_message_authenticator(data):
    right = signed(NAME, UNSIGNED, (4, b"\x0a\0\0\x01"))
    places = set(range(len(right))) - {2, 3, 20, 21, 27, 28, 45, 46}  # lengths and numbers
    place = data.draw(st.sampled_from(sorted(places)))
    other = data.draw(st.integers(1, 255))

    changed = right[:place] + bytes((right[place] ^ other,)) + right[place + 1 :]

    assert verdict(changed) is False


@pytest.mark.parametrize("code", REPLIES)
def test_message_authenticator_is_first_in_every_reply(code):
    request = decode(datagram(NAME, (33, b"proxy")))

    reply = encode_reply(request, code, [REPLY_MESSAGE, Attribute(24, b"state")], SECRET)

    assert reply[20:22] == b"\x50\x12"
    assert [kind for kind, _ in decode(reply).attributes] == [80, 18, 24, 33]


@pytest.mark.parametrize("code", REPLIES)
def test_both_authenticators_of_a_reply_are_those_of_the_standard(code):
    request = decode(datagram(NAME))

    reply = encode_reply(request, code, [REPLY_MESSAGE], SECRET)

    zeroed = reply[:4] + AUTHENTICATOR + reply[20:22] + bytes(16) + reply[38:]
    assert reply[22:38] == hmac.new(SECRET, zeroed, "md5").digest()
    hashed = reply[:4] + AUTHENTICATOR + reply[20:] + SECRET
    assert reply[4:20] == hashlib.md5(hashed, usedforsecurity=False).digest()
    assert reply[:2] == bytes((code, request.identifier))
    assert int.from_bytes(reply[2:4]) == len(reply)


def test_proxy_states_come_back_last_unchanged_and_in_order():
    proxies = [(33, b"second"), (33, b""), (33, b"first"), (33, b"second")]
    request = decode(datagram(proxies[0], NAME, *proxies[1:]))

    reply = decode(encode_reply(request, Code.ACCESS_REJECT, [REPLY_MESSAGE], SECRET))

    assert list(reply.attributes[1:]) == [REPLY_MESSAGE, *proxies]


def test_a_reply_has_at_most_4096_octets():
    request = decode(datagram(*[(33, bytes(253))] * 15))  # 3,845 octets

    fits = [Attribute(25, bytes(231))]
    assert len(encode_reply(request, Code.ACCESS_ACCEPT, fits, SECRET)) == 4096
    with pytest.raises(ReplyTooLong, match="4097"):
        encode_reply(request, Code.ACCESS_ACCEPT, [Attribute(25, bytes(232))], SECRET)


def test_proxy_states_that_do_not_fit_leave_no_reply():
    request = decode(datagram(*[(33, bytes(253))] * 15, (33, bytes(249))))

    for code in REPLIES:
        with pytest.raises(ValueError, match="4114 octets"):
            encode_reply(request, code, [], SECRET)


@pytest.mark.parametrize("kind", [80, 33])
def test_what_a_reply_gets_by_itself_cannot_be_given(kind):
    with pytest.raises(ValueError, match="added here"):
        encode_reply(decode(datagram()), Code.ACCESS_ACCEPT, [Attribute(kind, bytes(16))], SECRET)


def test_a_value_of_254_octets_fits_no_attribute():
    with pytest.raises(ValueError, match="range"):
        encode_reply(decode(datagram()), Code.ACCESS_ACCEPT, [Attribute(25, bytes(254))], SECRET)


@given(
    st.sampled_from(REPLIES),
    st.lists(st.tuples(st.sampled_from([18, 24, 25, 26]), st.binary(max_size=253)), max_size=1),
    st.lists(st.binary(max_size=253), max_size=8),
)
def test_every_reply_can_be_read(code, given_attributes, proxies):
    request = decode(datagram(*((33, value) for value in proxies)))

    reply = encode_reply(request, code, [Attribute(*each) for each in given_attributes], SECRET)

    written = octets_of(*given_attributes, *((33, value) for value in proxies))
    assert reply[38:] == written
    assert len(decode(reply).attributes) == 1 + len(given_attributes) + len(proxies)


def verdict(data: bytes, *, secret: bytes = SECRET) -> bool | None:
    return message_authenticator_verdict(data, decode(data), secret)
