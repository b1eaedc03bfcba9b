"""Comparing a code with its seed: steps of 30 or 60 seconds, one of tolerance, six digits."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pyotp

PERIOD = 30
"""Seconds for which an app shows one code; hardware tokens may have another period."""

TOLERANCE = (0, -1, 1)
"""The steps that are tried, counted from now (RFC 6238 §5.2)."""

REMEMBER_USED = timedelta(days=1)
"""How long a used step is remembered. After a few minutes the time alone refuses its code; the rest
is for clocks that are set back."""

_CODE = re.compile(r"[0-9]{6}", re.ASCII)


def step_of(seed: str, code: str, now: datetime, period: int = PERIOD) -> int | None:
    """Return the time step that *code* belongs to, or None if the code is wrong.

    A step takes *period* seconds.
    Every step is compared, in constant time each, so that response times reveal nothing.
    """
    if not _CODE.fullmatch(code):
        return None
    totp = pyotp.TOTP(seed)
    current = int(now.timestamp() // period)
    right = [
        current + offset
        for offset in TOLERANCE
        if pyotp.utils.strings_equal(totp.generate_otp(current + offset), code)
    ]
    return right[0] if right else None
