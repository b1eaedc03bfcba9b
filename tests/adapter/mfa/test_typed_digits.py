from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mfa.typed_digits import MAX_TYPED_LENGTH, tidy_digits


@pytest.mark.parametrize(
    "typed",
    [
        "123456",
        " 123 456 ",
        "123-456",
        "123\N{EN DASH}456",
        "123\N{EM DASH}456",
        "123\N{HYPHEN}456",
        "123\N{NON-BREAKING HYPHEN}456",
        "123\N{MINUS SIGN}456",
        "123 - 456",
        "123\N{NO-BREAK SPACE}456",
        "１２３４５６",
        "１２３　４５６",
        "１２３\N{FULLWIDTH HYPHEN-MINUS}４５６",
        "12 34 56",
    ],
)
def test_a_code_is_understood_however_its_digits_are_typed(typed):
    assert tidy_digits(typed) == "123456"


@pytest.mark.parametrize(
    "typed", ["-123456", "123456-", "123.456", "123_456", "١٢٣٤٥٦", "①②③④⑤⑥", "x", "12345６a", ""]
)
def test_what_is_no_code_stays_none(typed):
    tidied = tidy_digits(typed)

    assert not (tidied.isascii() and tidied.isdigit())


@given(st.text(max_size=2 * MAX_TYPED_LENGTH))
def test_tidying_twice_changes_nothing_and_invents_no_digit(typed):
    tidied = tidy_digits(typed)

    assert tidy_digits(tidied) == tidied
    assert len(tidied) <= len(typed)


def test_a_long_text_is_left_alone():
    long = "1 " * MAX_TYPED_LENGTH

    assert tidy_digits(long) == long
