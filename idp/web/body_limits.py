"""How large a request's body may be and how long it may take, for every web server of ours."""

from __future__ import annotations

MAX_BODY_LENGTH = 1024 * 1024
"""Bytes of a request's body."""
MAX_FORM_PARTS = 100
"""Parts of a multipart form."""
MAX_FORM_FIELDS = 4_000
"""Fields of any other form; an access control policy of 64 rules has a thousand and more."""

BODY_SECONDS = 10.0
"""How long a whole body may take, unless ``serve.body_seconds`` says otherwise."""

MIN_BYTES_PER_SECOND = 500
"""What a body must bring in each second after half of that time."""

MAX_SHORT_BODY = 16 * 1024
"""Bytes of a body that, when it arrives with the headers, is read even if no place is free. The
forms of all pages are shorter."""

SHORT_SECONDS = 0.25
"""How long such a body is waited for."""


def seconds_allowed(received: int, limit: float) -> float:
    """Return how long after its headers a body may take of which so many bytes have arrived.

    *limit* is the time for the whole body. The first half of it is free, so that one lost packet
    ends nothing; then the body must keep the least rate.
    """
    return min(limit, limit / 2 + received / MIN_BYTES_PER_SECOND)
