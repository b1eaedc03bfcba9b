"""From HTTP to a message and back, and what strangers put there instead."""

from __future__ import annotations

import base64
import contextlib
import tracemalloc
import zlib
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.saml import uris
from idp.saml.bindings import (
    decode_post,
    decode_redirect,
    encode_redirect,
    holds_message,
    post_fields,
    unescape_base64,
)
from idp.saml.refusal import Refused
from idp.saml.values import POST, REDIRECT
from idp.saml.xml import MAX_BYTES

XML = b"<a>message</a>"


def deflated(data: bytes) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflate.compress(data) + deflate.flush()


def query_of(deflated_message: bytes) -> bytes:
    return b"SAMLRequest=" + quote(base64.b64encode(deflated_message), safe="").encode()


def code_of(decode, *arguments) -> str:
    with pytest.raises(Refused) as caught:
        decode(*arguments)
    return caught.value.code


def relay_states(max_size: int) -> st.SearchStrategy[str | None]:
    """Any Unicode, and none at all; but NUL, which no form can carry back."""
    texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=max_size)
    return st.none() | texts


@given(relay_state=relay_states(200))
def test_a_redirect_comes_back_as_it_was(relay_state):
    message = decode_redirect(encode_redirect(XML, relay_state=relay_state).encode())

    assert (message.xml, message.relay_state) == (XML, relay_state)
    assert (message.binding, message.parameter) == (REDIRECT, "SAMLRequest")
    assert message.redirect_signature is None


@given(xml=st.binary(max_size=300), relay_state=relay_states(50))
def test_a_post_comes_back_as_it_was(xml, relay_state):
    fields = post_fields(xml, relay_state, parameter="SAMLRequest")

    message = decode_post(fields["SAMLRequest"], fields.get("RelayState"))

    assert (message.xml, message.relay_state, message.binding) == (xml, relay_state, POST)


def test_a_signed_redirect_carries_the_octets_as_they_came(identities):
    query = encode_redirect(XML, relay_state="x y", key=identities.sp.key)

    signature = decode_redirect(f"other=1&{query}".encode()).redirect_signature

    assert signature.algorithm == uris.RSA_SHA256
    assert signature.signed_octets.decode() == query.partition("&Signature=")[0]


def test_a_response_is_distinguished_from_a_request():
    query = encode_redirect(XML, parameter="SAMLResponse").encode()

    assert decode_redirect(query).parameter == "SAMLResponse"
    assert decode_post("YQ==", parameter="SAMLResponse").parameter == "SAMLResponse"


def test_an_empty_relay_state_is_not_none():
    assert decode_redirect(query_of(deflated(XML)) + b"&RelayState=").relay_state == ""


@pytest.mark.parametrize("escapes", [str.upper, str.lower])
def test_escapes_may_be_written_in_either_case(escapes):
    query = query_of(deflated(XML + b"?" * 50)) + b"&RelayState=" + escapes("%c3%bc").encode()

    assert decode_redirect(query).relay_state == "ü"


@given(value=st.binary(max_size=60) | st.lists(st.sampled_from(
    [b"%2B", b"%2b", b"%2F", b"%3D", b"%3d", b"%252B", b"%", b"2B", b"%41", b"a", b"+", b"="]
)).map(b"".join))  # fmt: skip
def test_base64_is_unescaped_as_every_other_value(value):
    assert unescape_base64(value) == unquote_to_bytes(value)


def test_line_breaks_in_a_posted_message_are_allowed():
    assert decode_post(base64.encodebytes(XML * 20).decode()).xml == XML * 20


@pytest.mark.parametrize(
    "parameter", ["SAMLRequest", "RelayState", "SigAlg", "Signature", "SAMLEncoding"]
)
@pytest.mark.parametrize("escaped", [False, True])
def test_a_parameter_that_comes_twice_is_refused_also_in_disguise(parameter, escaped):
    twin = f"%{ord(parameter[0]):x}{parameter[1:]}" if escaped else parameter
    query = query_of(deflated(XML)) + f"&RelayState=a&SigAlg=b&Signature=YQ==&{twin}=YQ==".encode()

    query += b"&SAMLEncoding=" + quote(uris.DEFLATE).encode()

    assert code_of(decode_redirect, query) == "duplicate_parameter"


def test_a_parameter_with_an_escaped_name_is_refused_even_once():
    query = query_of(deflated(XML)).replace(b"SAML", b"S%41ML")

    assert code_of(decode_redirect, query) == "duplicate_parameter"


def test_a_request_and_a_response_at_once_are_refused():
    query = query_of(deflated(XML)) + b"&SAMLResponse=YQ=="

    assert code_of(decode_redirect, query) == "MSIS7015"


@pytest.mark.parametrize("query", [b"", b"&&", b"wa=wsignin1.0", b"RelayState=x"])
def test_a_query_without_a_message_is_refused(query):
    assert code_of(decode_redirect, query) == "MSIS7015"


@pytest.mark.parametrize("half", [b"&Signature=YQ==", b"&SigAlg=x", b"&SigAlg=x&Signature=",
                                  b"&SigAlg=&Signature=YQ=="])  # fmt: skip
def test_half_a_signature_does_not_pass_for_none(half):
    assert code_of(decode_redirect, query_of(deflated(XML)) + half) == "incomplete_signature"


def test_another_encoding_is_refused():
    assert (
        code_of(decode_redirect, query_of(deflated(XML)) + b"&SAMLEncoding=urn:other")
        == "unknown_encoding"
    )


@pytest.mark.parametrize("value", ["%%%", "a", "YQ=", "YQ==YQ==", "Y Q==", "ü", "YQ==%00"])
def test_a_value_that_is_not_base64_is_refused(value):
    query = b"SAMLRequest=" + quote(value, safe="%").encode()

    assert code_of(decode_redirect, query) == "not_base64"


@pytest.mark.parametrize("value", ["%", "a", "ü", "YQ==YQ==", "\ud800", "YQ==\0"])
def test_a_posted_message_that_is_not_base64_is_refused(value):
    assert code_of(decode_post, value) == "not_base64"


@pytest.mark.parametrize(
    "data",
    [b"", XML, deflated(XML)[:-1], deflated(XML) + b"x", zlib.compress(XML), b"\xff" * 50],
    ids=["empty", "plain", "cut", "trailing garbage", "zlib header", "noise"],
)
def test_a_value_that_is_not_one_whole_deflate_stream_is_refused(data):
    assert code_of(decode_redirect, query_of(data)) == "not_deflate"


def test_a_bomb_is_refused_while_it_is_inflated():
    bomb = deflated(bytes(50 * 1024 * 1024))

    tracemalloc.start()
    try:
        assert code_of(decode_redirect, query_of(bomb)) == "message_too_large"
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_the_largest_message_is_accepted_and_one_byte_more_is_not():
    assert len(decode_redirect(query_of(deflated(bytes(MAX_BYTES)))).xml) == MAX_BYTES
    assert code_of(decode_redirect, query_of(deflated(bytes(MAX_BYTES + 1)))) == "message_too_large"


def test_a_huge_posted_message_is_refused_before_it_is_decoded():
    assert code_of(decode_post, "%" * 1_000_000) == "message_too_large"


def test_a_relay_state_with_nul_is_refused_since_it_could_not_come_back():
    assert code_of(decode_redirect, query_of(deflated(XML)) + b"&RelayState=%00") == "MSIS7046"
    assert code_of(decode_post, base64.b64encode(XML).decode(), "a\0b") == "MSIS7046"


def test_a_relay_state_that_is_not_utf8_or_too_long_is_refused():
    good = query_of(deflated(XML))

    assert code_of(decode_redirect, good + b"&RelayState=%ff") == "MSIS7046"
    assert code_of(decode_redirect, good + b"&RelayState=" + b"x" * 20_000) == "MSIS7046"
    assert code_of(decode_post, "YQ==", "x" * 20_000) == "MSIS7046"


@given(query=st.binary(max_size=200) | st.lists(st.sampled_from(
    [b"SAMLRequest=", b"SAMLResponse=", b"RelayState=", b"SigAlg=", b"Signature=", b"&", b"%", b"=",
     b"YQ%3D%3D", b"\xff", query_of(deflated(XML))])).map(b"".join))  # fmt: skip
def test_any_query_is_decoded_or_refused(query):
    with contextlib.suppress(Refused):
        decode_redirect(query)


@given(query=st.lists(st.sampled_from(
    [b"SAMLRequest", b"SAMLResponse", b"%53AMLRequest", b"RelayState", b"samlrequest", b"=", b"&"]
)).map(b"".join))  # fmt: skip
def test_a_query_holds_a_message_if_one_of_its_names_says_so_however_it_is_written(query):
    names = {unquote_to_bytes(part.partition(b"=")[0]) for part in query.split(b"&")}
    assert holds_message(query) == bool(names & {b"SAMLRequest", b"SAMLResponse"})
