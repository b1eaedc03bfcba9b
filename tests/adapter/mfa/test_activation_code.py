"""The nine digits of an activation, and what a phone must be, each by itself."""

from __future__ import annotations

import pytest
from support.adapters.mfa_node import CURRENT_PHONE, public_key

from adapter.mfa.devices.activation import ActivationRefused, check_phone, split_code


@pytest.mark.parametrize(
    "code", ["123456789", "123 456 789", " 123\t456 789\n", "123-456-789", "１２３４５６７８９"]
)
def test_the_first_three_digits_find_it_and_the_others_prove_it(code):
    assert split_code(code) == ("123", "456789")


@pytest.mark.parametrize("code", ["", "12345678", "1234567890", "12345678a", "١٢٣٤٥٦٧٨٩"])
def test_a_text_that_is_not_a_code_gets_the_answer_of_a_wrong_one(code):
    with pytest.raises(ActivationRefused) as refused:
        split_code(code)
    assert refused.value.code == "activation_unknown"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"public_key": b"no key"}, "bad_key"),
        ({"platform": "symbian"}, "bad_platform"),
        ({"app_version": "newest"}, "bad_version"),
        ({"platform": "watchos"}, "no_app_for_watchos"),
        ({"broker": True}, "broker_needs_ios"),
    ],
)
def test_a_phone_that_cannot_be_registered_is_refused(changes, code):
    phone = {"public_key": public_key(), **CURRENT_PHONE, **changes}
    with pytest.raises(ActivationRefused) as refused:
        check_phone(**phone)
    assert refused.value.code == code


def test_a_phone_of_any_version_can_be_registered():
    check_phone(public_key(), "android", "6.1")
