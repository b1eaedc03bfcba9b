"""User-Password, hidden and revealed; ``test_pyrad.py`` compares both with pyrad."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.radius_datagrams import AUTHENTICATOR, SECRET

from idp.radius import hiding, pap
from idp.radius.packet import MalformedPacket


def test_a_password_is_hidden_as_the_example_of_the_standard_is():
    """RFC 2865 §7.1: the user nemo, the password arctangent, the shared secret xyzzy5461."""
    authenticator = bytes.fromhex("0f403f9473978057bd83d5cb98f4227a")
    hidden = bytes.fromhex("0dbe708d93d413ce3196e43f782a0aee")

    assert pap.reveal(hidden, b"xyzzy5461", authenticator) == "arctangent"
    assert pap.hide("arctangent", b"xyzzy5461", authenticator) == hidden


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=32), st.binary())
def test_every_password_is_revealed_as_it_was_hidden(password, secret):
    hidden = pap.hide(password, secret, AUTHENTICATOR)

    assert pap.reveal(hidden, secret, AUTHENTICATOR) == password


@pytest.mark.parametrize(
    ("length", "hidden_length"), [(0, 16), (1, 16), (16, 16), (17, 32), (128, 128)]
)
def test_a_password_is_filled_up_to_whole_blocks(length, hidden_length):
    assert len(pap.hide("p" * length, SECRET, AUTHENTICATOR)) == hidden_length


def test_a_password_of_129_octets_cannot_be_hidden():
    with pytest.raises(ValueError, match="128"):
        pap.hide("p" * 127 + "ü", SECRET, AUTHENTICATOR)


@pytest.mark.parametrize("length", [0, 1, 15, 17, 127, 129, 144, 253])
def test_a_length_that_no_hidden_password_has_is_malformed(length):
    with pytest.raises(MalformedPacket):
        pap.reveal(bytes(length), SECRET, AUTHENTICATOR)


def test_only_the_nuls_at_the_end_are_padding():
    hidden = hiding.hide(b"\0a\0b\0\0".ljust(16, b"\0"), SECRET, AUTHENTICATOR)

    assert pap.reveal(hidden, SECRET, AUTHENTICATOR) == "\0a\0b"


@pytest.mark.parametrize("password", [b"caf\xe9", b"\xc3", b"\xed\xa0\x80", b"\xff" * 16])
def test_a_password_that_is_not_utf_8_is_unreadable_and_not_shown(password):
    hidden = hiding.hide(password.ljust(16, b"\0"), SECRET, AUTHENTICATOR)

    with pytest.raises(pap.UnreadablePassword) as refused:
        pap.reveal(hidden, SECRET, AUTHENTICATOR)
    assert refused.value.code == "unreadable_password"
    assert refused.value.__context__ is None


def test_another_secret_reveals_garbage():
    hidden = pap.hide("correct horse battery staple", SECRET, AUTHENTICATOR)

    with pytest.raises(pap.UnreadablePassword):
        pap.reveal(hidden, b"another secret", AUTHENTICATOR)
