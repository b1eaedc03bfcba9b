"""Which passwords a user may choose at a reset."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.users import SAMPLE_USER

from idp.directory.new_passwords import COMMON_PASSWORDS, check_reset_password

COMMON = COMMON_PASSWORDS.read_text("utf-8").split()


@pytest.mark.parametrize(
    ("new", "fault"),
    [
        ("Nothing-Known-7", None),
        ("correct horse Battery", None),
        ("Äpfel-und-Birnen", None),
        ("Sho-rt1", "new_password_length"),
        ("Long-1" * 43, "new_password_length"),
        ("only small letters", "new_password_too_simple"),
        ("Xalicex-2031", "new_password_has_name"),
        ("my ALICE 2031", "new_password_has_name"),
        ("Great.archer.1", "new_password_has_name"),
        ("Password1", "new_password_common"),
        ("P@ssw0rd", "new_password_common"),
        ("PASSWORD!1", "new_password_common"),
        ("!!2031-Summer-2032", "new_password_common"),
        ("Qwertyuiop1", "new_password_common"),
    ],
)
def test_the_rules(new, fault):
    assert check_reset_password(new, SAMPLE_USER) == fault


def test_parts_of_a_name_with_fewer_than_three_letters_do_not_count():
    user = replace(SAMPLE_USER, upn="ab@example.test", display_name="Jo Li")

    assert check_reset_password("Jolly-Lions-And-Abbots", user) is None


def test_the_list_is_small_sorted_and_without_repetition():
    assert 3000 < len(COMMON) < 5000
    assert sorted(set(COMMON)) == COMMON
    assert [word for word in COMMON if word != word.casefold()] == []


@given(st.sampled_from(COMMON), st.from_regex(r"[!.?-]{0,4}", fullmatch=True))
def test_a_common_password_is_refused_with_a_capital_and_signs_behind(word, behind):
    assert check_reset_password(word.capitalize() + behind, SAMPLE_USER) is not None


WORDS = [word for word in COMMON if word.isalpha()]


@given(st.sampled_from(WORDS), st.from_regex(r"[0-9!.?-]{0,8}", fullmatch=True))
def test_a_common_word_is_refused_with_a_capital_and_digits_around(word, around):
    new = f"{around}{word.capitalize()}{around[::-1]}"

    assert check_reset_password(new, SAMPLE_USER) is not None
