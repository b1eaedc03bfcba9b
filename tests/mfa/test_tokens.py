"""The beginning of identifiers that belong together."""

from __future__ import annotations

import re

from adapter.mfa import tokens


def test_what_identifiers_begin_with_is_no_hyphen_and_the_same_for_one_text():
    tags = {tokens.tag(b"k" * 32, str(number)) for number in range(500)}

    assert len(tags) == 500
    assert all(re.fullmatch(r"[A-Z2-7]{16}", tag) for tag in tags)
    assert tokens.tag(b"k" * 32, "0") in tags
    assert tokens.tag(b"l" * 32, "0") not in tags
