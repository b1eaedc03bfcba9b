"""What a phone signs, and what the server refuses of it."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from idp.authenticator.request_signing import (
    NEW_DEVICE,
    REMEMBERED,
    TOLERANCE,
    SignatureRefused,
    SignedRequest,
    Stamp,
    check_fresh,
    check_signature,
    read_header,
    read_key,
    read_public_key,
    sign,
    signed_text,
)

KEY = ec.generate_private_key(ec.SECP256R1())
CALL = SignedRequest(
    "https://sts.example.test", "POST", "/authenticator/api/answer?a=b", b'{"id": "1"}'
)
STAMP = Stamp("device-1", 1_800_000_000_000, "nonce-of-16-bytes")


def der(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def judge(call: SignedRequest, header: str, public_key: bytes, **changes: object) -> None:
    stamp, signature = read_header(header)
    check_signature(call, replace(stamp, **changes), signature, read_key(public_key))


def test_a_call_signed_by_the_device_is_accepted():
    judge(CALL, sign(CALL, STAMP, KEY), der(KEY))


@pytest.mark.parametrize(
    "changes",
    [
        {"audience": "https://other.example.test"},
        {"method": "GET"},
        {"target": "/authenticator/api/answer?a=c"},
        {"body": b'{"id": "2"}'},
        {"body": b""},
    ],
)
def test_a_call_changed_after_it_was_signed_is_refused(changes):
    with pytest.raises(SignatureRefused) as refused:
        judge(replace(CALL, **changes), sign(CALL, STAMP, KEY), der(KEY))
    assert refused.value.code == "bad_signature"


@pytest.mark.parametrize(
    "changes", [{"device": "device-2"}, {"time": STAMP.time + 1}, {"nonce": "another-nonce-16"}]
)
def test_a_stamp_changed_after_it_was_signed_is_refused(changes):
    with pytest.raises(SignatureRefused, match="signature"):
        judge(CALL, sign(CALL, STAMP, KEY), der(KEY), **changes)


def test_a_call_signed_by_another_key_is_refused():
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(SignatureRefused, match="signature"):
        judge(CALL, sign(CALL, STAMP, other), der(KEY))


def test_a_signature_of_zeros_is_refused():
    """The signature that verified everywhere in some libraries (CVE-2022-21449)."""
    with pytest.raises(SignatureRefused, match="signature"):
        check_signature(CALL, STAMP, bytes(64), KEY.public_key())


def test_the_signed_text_begins_with_its_purpose():
    lines = signed_text(CALL, STAMP).decode().splitlines()
    assert lines[0] == "tallystick phone call 1"
    assert len(lines) == 8


words = st.text(st.characters(codec="ascii", exclude_characters="\r\n"), max_size=20)


@given(st.tuples(words, words, words), st.tuples(words, words, words))
def test_two_different_calls_never_sign_the_same_text(one, other):
    texts = {
        signed_text(SignedRequest(audience, "GET", target), replace(STAMP, nonce=nonce))
        for audience, target, nonce in (one, other)
    }
    assert len(texts) == len({one, other})


GOOD = sign(CALL, STAMP, KEY)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer token",
        GOOD.replace("Tallystick", "tallystick"),
        GOOD + ", x=y",
        GOOD[:-1],
        GOOD + "\n",
        GOOD + ", " + GOOD,
        GOOD.replace("time=1", "time=١"),
        GOOD.replace("device=device-1", "device=new\ndevice"),
        GOOD.replace("device=device-1", "device=" + "x" * 65),
        GOOD.replace("nonce-of-16-bytes", "short"),
    ],
)
def test_a_header_of_another_scheme_is_not_a_signature(header):
    with pytest.raises(SignatureRefused) as refused:
        read_header(header)
    assert refused.value.code == "not_signed"


@pytest.mark.parametrize("offset", [-TOLERANCE, timedelta(), TOLERANCE])
def test_a_call_within_a_minute_is_fresh(offset):
    check_fresh(STAMP, STAMP.at + offset)


@pytest.mark.parametrize("offset", [-1, 1])
def test_a_call_more_than_a_minute_off_is_stale(offset):
    late = STAMP.at + (TOLERANCE + timedelta(milliseconds=1)) * offset
    with pytest.raises(SignatureRefused) as refused:
        check_fresh(STAMP, late)
    assert refused.value.code == "stale_call"


def test_every_time_that_a_header_can_hold_is_judged():
    last = replace(STAMP, time=9_999_999_999_999)
    with pytest.raises(SignatureRefused):
        check_fresh(last, datetime(2026, 1, 1, tzinfo=UTC))


def test_a_p256_key_is_read():
    assert read_public_key(base64.b64encode(der(KEY)).decode()) == der(KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not base64!",
        base64.b64encode(b"no key").decode(),
        base64.b64encode(der(ec.generate_private_key(ec.SECP384R1()))).decode(),
        base64.b64encode(der(ed25519.Ed25519PrivateKey.generate())).decode(),
        base64.b64encode(der(rsa.generate_private_key(65537, 2048))).decode(),
        base64.b64encode(der(KEY)[:-1]).decode(),
    ],
    ids=["empty", "no Base64", "no key", "P-384", "Ed25519", "RSA", "cut"],
)
def test_anything_but_a_p256_key_is_refused(text):
    with pytest.raises(SignatureRefused) as refused:
        read_public_key(text)
    assert refused.value.code == "bad_key"


@pytest.mark.parametrize("junk", ["\n", " ", "!", "=", "-", "_", "\u00e9"])
def test_a_key_has_one_spelling(junk):
    """Base64 that skips what it does not know would read a key out of many texts."""
    text = base64.b64encode(der(KEY)).decode()

    for changed in (text[:10] + junk + text[10:], junk + text, f"{text}{junk}x"):
        with pytest.raises(SignatureRefused) as refused:
            read_public_key(changed)
        assert refused.value.code == "bad_key"


def test_the_time_of_a_call_is_in_milliseconds():
    assert STAMP.at == datetime.fromtimestamp(1_800_000_000, UTC)
    assert replace(STAMP, time=1_800_000_000_001).at - STAMP.at == timedelta(milliseconds=1)


def test_a_nonce_is_remembered_for_longer_than_its_call_is_fresh():
    """A call may be a minute from the future, and a minute old when it comes again."""
    assert (timedelta(seconds=60), timedelta(minutes=10)) == (TOLERANCE, REMEMBERED)
    assert REMEMBERED > 2 * TOLERANCE


def test_a_new_device_is_called_new():
    assert NEW_DEVICE == "new"


def test_each_refusal_says_what_to_do():
    with pytest.raises(SignatureRefused) as unsigned:
        read_header(None)
    with pytest.raises(SignatureRefused) as forged:
        judge(CALL, sign(CALL, STAMP, ec.generate_private_key(ec.SECP256R1())), der(KEY))
    with pytest.raises(SignatureRefused) as stale:
        check_fresh(STAMP, STAMP.at + 2 * TOLERANCE)
    with pytest.raises(SignatureRefused) as key:
        read_public_key("")

    assert [str(refused.value) for refused in (unsigned, forged, stale, key)] == [
        "The call is not signed by a phone. Sign it with the device's key.",
        "The signature does not fit the call. Sign with the device's own key, and call this server "
        "by its address https://sts.example.test.",
        "The call's time is more than a minute off. Set the clock by server_time and call again.",
        "The public key is not a P-256 key. Send its SubjectPublicKeyInfo in Base64.",
    ]
