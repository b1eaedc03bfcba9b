"""Answers of browsers, right and wrong in every way: a refusal with a code, never another error."""

from __future__ import annotations

import json
import secrets
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from support.clock import SetClock
from support.fresh_python import printed_by
from support.passkeys import (
    KEY_INCLUDED,
    USER_PRESENT,
    USER_VERIFIED,
    SoftwareAuthenticator,
    from_text,
    to_text,
)
from support.users import ALICE

from adapter.mfa.passkeys import ceremony
from adapter.mfa.passkeys.limits import MAX_ANSWER_LENGTH, has_advanced
from adapter.mfa.passkeys.passkey import (
    Passkey,
    PasskeyRefused,
    RelyingParty,
    relying_party_of,
)

PARTY = RelyingParty("sts.example.test", "https://sts.example.test", "sts.example.test")
ELSEWHERE = "https://sts.example.test.attacker.test"
HANDLE = bytes(range(32))
RSA_KEY = rsa.generate_private_key(65537, 2048).public_key().public_numbers()
SYNCED_WITHOUT_LEAVE = USER_PRESENT | USER_VERIFIED | 0x10


@pytest.fixture(scope="module")
def browser() -> SoftwareAuthenticator:
    """A browser with one passkey."""
    made = SoftwareAuthenticator(PARTY.origin)
    made.create(creation_options())
    return made


def creation_options() -> dict[str, Any]:
    challenge = secrets.token_bytes(16)
    named = {"handle": HANDLE, "user": ALICE, "display_name": "", "exclude": ()}
    return ceremony.creation_options(PARTY, challenge, **named)


def register(answer: str) -> ceremony.NewCredential:
    return ceremony.verify_registration(PARTY, ceremony.read_answer(answer))


def authenticate(browser: SoftwareAuthenticator, answer: str, *, is_named: bool = False) -> int:
    mine = browser.credentials[0]
    stored = Passkey(
        id="1",
        user=ALICE,
        name="Key",
        credential_id=mine.id,
        public_key=cbor2.dumps(mine.cose_key),
        sign_count=0,
        transports=(),
        is_synced=False,
        created_at=SetClock().time,
    )
    given = ceremony.read_answer(answer)
    return ceremony.verify_authentication(PARTY, given, stored, handle=HANDLE, is_named=is_named)


def sign(browser: SoftwareAuthenticator, **wrong: Any) -> str:
    options = ceremony.request_options(PARTY, secrets.token_bytes(16))
    return browser.get(options, browser.credentials[0], **wrong)


def must_be_invalid(call, *arguments) -> None:
    with pytest.raises(PasskeyRefused) as refused:
        call(*arguments)
    assert refused.value.code == "passkey_invalid"
    assert len(refused.value.problem) < 300


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": ELSEWHERE},
        {"origin": "http://sts.example.test"},
        {"origin": None},
        {"rp_id": "example.test"},
        {"cross_origin": True},
        {"flags": USER_PRESENT},
        {"flags": USER_VERIFIED},
        {"flags": SYNCED_WITHOUT_LEAVE},
        {"type": "webauthn.create"},
        {"handle": None},
        {"handle": b"somebody else"},
    ],
    ids=str,
)
def test_an_answer_that_is_wrong_in_one_way_signs_nobody_in(browser, wrong):
    must_be_invalid(authenticate, browser, sign(browser, **wrong))
    assert authenticate(browser, sign(browser, count=9)) == 9


def test_a_key_that_was_asked_for_by_its_name_need_not_say_whose_it_is(browser):
    assert authenticate(browser, sign(browser, handle=None, count=9), is_named=True) == 9
    must_be_invalid(lambda: authenticate(browser, sign(browser, handle=b"x"), is_named=True))


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": ELSEWHERE},
        {"rp_id": "example.test"},
        {"cross_origin": True},
        {"flags": USER_PRESENT | KEY_INCLUDED},
        {"flags": USER_VERIFIED | KEY_INCLUDED},
        {"flags": USER_PRESENT | USER_VERIFIED},
        {"type": "webauthn.get"},
        {"fmt": "tpm"},
        {"fmt": "fido-u2f"},
        {"fmt": "unheard of"},
        {"fmt": 7},
        {"credential_id": b""},
        {"credential_id": bytes(1024)},
        {"cose_key": {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}},  # not on the curve
        {"cose_key": {1: 2, 3: -7, -1: 3, -2: bytes(66), -3: bytes(66)}},  # P-521
        {"cose_key": {1: 3, 3: -257, -1: b"\xc1" * 64, -2: b"\1\0\1"}},  # RSA, 512 bits
        {"cose_key": {1: 3, 3: -257, -1: b"\xc1" * 1024, -2: b"\1\0\1"}},  # RSA, 8192 bits
        {"cose_key": {1: 1, 3: -8, -1: 6, -2: b"short"}},  # Ed25519
        {"cose_key": {}},
        {"cose_key": 4},
        {"cose_key": "a text"},
    ],
    ids=str,
)
def test_an_answer_that_is_wrong_in_one_way_registers_nothing(wrong):
    browser = SoftwareAuthenticator(PARTY.origin)

    must_be_invalid(register, browser.create(creation_options(), **wrong))


@pytest.mark.parametrize(
    "key",
    [
        {1: 3, 3: -257, -1: RSA_KEY.n.to_bytes(256, "big"), -2: b"\1\0\1"},
        {1: 1, 3: -8, -1: 6, -2: b"\x20" * 32},
    ],
    ids=["RSA, 2048 bits", "Ed25519"],
)
def test_other_usual_kinds_of_keys_are_taken(key):
    made = register(SoftwareAuthenticator(PARTY.origin).create(creation_options(), cose_key=key))

    assert cbor2.loads(made.public_key) == key


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
ANY_VALUE = ANY_JSON | st.binary(max_size=60).map(to_text)
FIELDS = ("id", "rawId", "type", "authenticatorAttachment", "response")
RESPONSE = ("clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject")


@given(change=st.dictionaries(st.sampled_from((*FIELDS, *RESPONSE)), ANY_VALUE, min_size=1))
def test_whatever_stands_in_the_fields_of_an_answer_is_refused_or_harmless(browser, change):
    for answer, check in answers(browser):
        fields = json.loads(answer)
        own = {name: value for name, value in change.items() if name in FIELDS}
        inner = {name: value for name, value in change.items() if name in RESPONSE}
        changed = {**fields, "response": {**fields["response"], **inner}, **own}
        refused_or_not(check, json.dumps(changed))


@given(name=st.sampled_from(RESPONSE), at=st.integers(0, 400), byte=st.integers(0, 255))
def test_whatever_byte_of_an_answer_is_changed_is_refused_or_harmless(browser, name, at, byte):
    for answer, check in answers(browser):
        fields = json.loads(answer)
        data = bytearray(from_text(fields["response"].get(name, "AAAA")))
        data[at % len(data)] = byte
        fields["response"][name] = to_text(bytes(data))
        refused_or_not(check, json.dumps(fields))


@given(data=st.binary(max_size=300))
def test_whatever_cbor_is_in_an_attestation_is_refused(browser, data):
    fields = json.loads(browser.create(creation_options()))
    fields["response"]["attestationObject"] = to_text(data)

    must_be_invalid(register, json.dumps(fields))


@given(text=st.text() | ANY_JSON.map(json.dumps))
def test_whatever_text_is_posted_is_refused(text):
    must_be_invalid(register, text)


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{", "[" * (MAX_ANSWER_LENGTH - 1), "9" * 9_000, '"\ud800"', "{}" * 9_000],
    ids=lambda text: f"{text[:4]!a} {len(text)}",
)
def test_hostile_texts_are_refused(text):
    must_be_invalid(register, text)


def test_an_answer_may_not_be_longer_than_any_real_one(browser):
    fields = json.loads(sign(browser))
    room = MAX_ANSWER_LENGTH - len(json.dumps({**fields, "more": ""}))

    longest = json.dumps({**fields, "more": "x" * room})
    assert authenticate(browser, longest) >= 0
    must_be_invalid(authenticate, browser, longest + " ")


def answers(browser):
    """Return an answer of each kind, with what checks it."""
    created = SoftwareAuthenticator(PARTY.origin).create(creation_options())
    return ((created, register), (sign(browser), lambda text: authenticate(browser, text)))


def refused_or_not(check, text: str) -> None:
    try:
        check(text)
    except PasskeyRefused as refused:
        assert refused.code == "passkey_invalid"  # noqa: PT017 - any other error is the failure


@pytest.mark.parametrize(
    ("stored", "signed", "advanced"),
    [(0, 0, True), (0, 1, True), (1, 2, True), (1, 1, False), (2, 1, False), (1, 0, False)],
)
def test_a_counter_that_does_not_grow_is_that_of_a_copy(stored, signed, advanced):
    assert has_advanced(stored, signed) is advanced


@pytest.mark.parametrize(
    ("base_url", "party"),
    [
        ("https://sts.example.test", ("sts.example.test", "https://sts.example.test")),
        ("https://STS.example.test:443", ("sts.example.test", "https://sts.example.test")),
        ("https://sts.example.test:8443", ("sts.example.test", "https://sts.example.test:8443")),
        ("http://localhost:8080", ("localhost", "http://localhost:8080")),
        ("http://demo.localhost", ("demo.localhost", "http://demo.localhost")),
        ("https://localhost", ("localhost", "https://localhost")),
        ("http://sts.example.test", None),
        ("http://127.0.0.1:8080", None),
        ("https://192.0.2.1", None),
        ("https://[2001:db8::1]:8443", None),
        ("http://notlocalhost", None),
    ],
)
def test_passkeys_are_for_a_host_name_over_https_or_for_localhost(base_url, party):
    found = relying_party_of(base_url)

    assert (found and (found.id, found.origin)) == party


def test_a_log_in_page_does_not_wait_for_the_library():
    code = (
        "import sys\n"
        "from adapter.mfa.passkeys.ceremony import request_options\n"
        "from adapter.mfa.passkeys.passkey import RelyingParty\n"
        "party = RelyingParty('sts.example.test', 'https://sts.example.test', 'Example')\n"
        "print(len(request_options(party, b'x')), 'webauthn' in sys.modules)"
    )
    assert printed_by(code) == "5 False"
