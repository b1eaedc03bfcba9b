"""Digits as people type them: codes in groups, and digits of an East Asian keyboard."""

from __future__ import annotations

import re

MAX_TYPED_LENGTH = 32
"""Longer texts are no code, and stay as they are."""

_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}
# Blanks, and the dashes that keyboards and word processors make of a hyphen.
_BETWEEN_GROUPS = re.compile(r"(?<=[0-9])[\s\-\u2010-\u2015\u2212\uFF0D]+(?=[0-9])")


def tidy_digits(text: str) -> str:
    """Return a typed code in plain digits, without the blanks and dashes between its groups.

    Text that is not such a code stays one that fits no code.
    """
    if len(text) > MAX_TYPED_LENGTH:
        return text
    return _BETWEEN_GROUPS.sub("", text.strip().translate(_FULL_WIDTH))
