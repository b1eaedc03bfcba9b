"""Sealed values: read by nobody, changed by nobody, and good for one purpose alone."""

from __future__ import annotations

import base64
import json
import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.clock import SetClock

from adapter.errors import TallystickError
from idp.session.seal import MAX_SEALED_LENGTH, SealBroken, Sealer

SECRET = bytes(range(32))
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
SEALER = Sealer(SECRET, lambda: NOW)
SEAL = SEALER.purpose("tests")
URL_SAFE = set(string.ascii_letters + string.digits + "-_.")

TEXT = st.text(st.characters(codec="utf-8"), max_size=50)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
PAYLOADS = st.dictionaries(TEXT.filter("_exp".__ne__), JSON, max_size=5)
"""Whatever a room may seal; ``_exp`` is the seal's own."""


def is_refused(seal, token, **opened) -> bool:
    with pytest.raises(SealBroken):
        seal.open(token, **opened)
    return True


@given(payload=PAYLOADS, bound_to=TEXT)
def test_a_sealed_value_comes_back_as_it_was(payload, bound_to):
    token = SEAL.seal(payload, bound_to=bound_to)

    assert set(token) <= URL_SAFE
    assert SEAL.open(token, bound_to=bound_to) == payload


@given(payload=PAYLOADS, other=TEXT.filter(bool))
def test_a_sealed_value_opens_for_its_binding_alone(payload, other):
    assert is_refused(SEAL, SEAL.seal(payload), bound_to=other)
    assert is_refused(SEAL, SEAL.seal(payload, bound_to=other))
    assert is_refused(SEAL, SEAL.seal(payload, bound_to=other), bound_to=f"{other}\0")


@given(data=st.data())
def test_any_change_of_any_character_is_refused(data):
    token = SEAL.seal({"user": "user@example.test"})
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from([*sorted(URL_SAFE - {token[at]}), "=", "é", "\0", " "]))

    assert is_refused(SEAL, token[:at] + other + token[at + 1 :])


@given(token=st.text(max_size=200))
def test_anything_else_is_refused(token):
    assert is_refused(SEAL, token)


def test_a_sealed_value_that_was_cut_is_refused():
    token = SEAL.seal({"a": 1})
    for length in range(len(token)):
        assert is_refused(SEAL, token[:length])
    for more in ("A", "=", "==", ".", token):
        assert is_refused(SEAL, token + more)


def test_a_sealed_value_has_one_spelling():
    """base64 has bits to spare at its end; another text for the same bytes is not taken."""
    for length in range(6):
        token = SEAL.seal({"a": "x" * length})
        last = token[-1]
        others = [each for each in URL_SAFE - {"."} if each != last]
        assert all(is_refused(SEAL, token[:-1] + other) for other in others)
        ignored = ["\n", " ", "=", "!", "+", "/", "é"]
        assert all(is_refused(SEAL, token[:-2] + each + token[-2:]) for each in ignored)


def test_a_value_sealed_for_one_purpose_does_not_open_for_another():
    token = SEALER.purpose("one").seal({})
    assert is_refused(SEALER.purpose("two"), token)
    assert is_refused(SEALER.purpose("one\0"), token)
    assert SEALER.purpose("one").open(token) == {}


def test_purpose_and_binding_cannot_be_shifted_into_each_other():
    token = SEALER.purpose("a").seal({}, bound_to="b\0c")
    assert is_refused(SEALER.purpose("a\0b"), token, bound_to="c")


def test_a_binding_of_any_text_is_kept_apart_from_every_other():
    """Cookies and form fields may hold half surrogate pairs; that is a refusal, never a fault."""
    names = ["\ud800", "\udfff", "?", "\N{REPLACEMENT CHARACTER}", "\\ud800", ""]
    for name in names:
        token = SEAL.seal({"a": 1}, bound_to=name)
        assert SEAL.open(token, bound_to=name) == {"a": 1}
        assert all(is_refused(SEAL, token, bound_to=other) for other in names if other != name)


def test_a_value_sealed_with_one_secret_does_not_open_with_another():
    assert is_refused(Sealer(bytes(32)).purpose("tests"), SEAL.seal({}))


def test_nodes_with_the_same_secret_read_each_other():
    assert Sealer(SECRET, lambda: NOW).purpose("tests").open(SEAL.seal({"a": 1})) == {"a": 1}


def test_two_never_look_alike():
    assert len({SEAL.seal({"a": 1}) for _ in range(100)}) == 100


def test_the_content_of_a_sealed_value_cannot_be_read():
    sealed = SEAL.seal({"secret": "correct horse"}).partition(".")[2]
    assert b"horse" not in base64.urlsafe_b64decode(sealed + "==")


def test_a_sealed_value_expires_at_the_instant(clock: SetClock):
    seal = Sealer(SECRET, clock.now).purpose("tests")
    token = seal.seal({"a": 1}, lifetime=timedelta(seconds=60))
    clock.advance(seconds=59.999)
    assert seal.open(token) == {"a": 1}
    clock.advance(seconds=0.001)
    assert is_refused(seal, token)


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(seconds=-1)])
def test_a_lifetime_that_is_over_makes_nothing_good(lifetime):
    assert is_refused(SEAL, SEAL.seal({}, lifetime=lifetime))


def test_a_sealed_value_without_a_lifetime_does_not_expire(clock: SetClock):
    seal = Sealer(SECRET, clock.now).purpose("tests")
    token = seal.seal({})
    clock.advance(days=4000)
    assert seal.open(token) == {}


def test_a_value_that_is_too_long_is_not_even_decoded():
    assert is_refused(SEAL, SEAL.seal({}) + "A" * MAX_SEALED_LENGTH)
    assert is_refused(SEAL, SEAL.seal({"a": "x" * MAX_SEALED_LENGTH}))
    long = {"a": "x" * (MAX_SEALED_LENGTH // 2)}
    assert SEAL.open(SEAL.seal(long)) == long


@pytest.mark.parametrize("length", [0, 1, 31])
def test_a_short_secret_is_refused(length):
    with pytest.raises(TallystickError, match="needs 32"):
        Sealer(b"x" * length)


def test_keys_are_derived_by_name():
    keys = {SEALER.key(name) for name in ("a", "b", "seal:tests")}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}
    assert SECRET not in keys
    assert Sealer(SECRET).key("a") == SEALER.key("a")


def test_an_error_repeats_nothing_of_what_was_given():
    with pytest.raises(SealBroken) as caught:
        SEAL.open("something secret")
    assert "secret" not in str(caught.value)
    assert json.dumps(str(caught.value))


def test_a_payload_is_converted_by_its_reader():
    token = SEAL.seal({"number": "42"}, bound_to="x")

    assert SEAL.open_as(lambda values: int(values["number"]), token, bound_to="x") == 42
    with pytest.raises(SealBroken):
        SEAL.open_as(lambda values: int(values["number"]), token, bound_to="y")


@pytest.mark.parametrize("payload", [{}, {"at": None}, {"at": "noon"}, {"at": 1e300}])
def test_a_payload_that_its_reader_cannot_read_counts_as_broken(payload):
    token = SEAL.seal(payload)

    with pytest.raises(SealBroken):
        SEAL.open_as(lambda values: datetime.fromtimestamp(values["at"], UTC), token)
