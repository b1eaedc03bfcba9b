"""The header lines of a request as they came, and which ones are refused.

WSGI has one name for ``X-Forwarded-For`` and ``X_Forwarded_For``, and joins the lines of one name,
so that a client's own line can outrank, or stand in for, the line of a proxy. Each web server of
ours therefore checks the lines with :func:`refusal_of` before it makes a WSGI environment of them,
and marks that environment (:data:`CHECKED`). Headers of proxies are believed only with the mark
(:mod:`idp.web.edge`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import Headers

from idp.web.edge_refusals import HEADER_REPEATED, HEADER_UNDERSCORE, LENGTH_REQUIRED, EdgeRefusal

HeaderLine = tuple[str, str]
"""The name and the value of one line; the name in any case."""

CHECKED = "tallystick.headers_checked"
"""The key of the WSGI environment that says that the header lines were checked. No header can have
this key: those begin with ``HTTP_``."""

SINGLE = frozenset(
    {
        "authorization",
        "content-length",
        "content-type",
        "cookie",  # RFC 6265 section 5.4; what comes by HTTP/2 is joined before (RFC 9113, 8.2.3)
        "forwarded",
        "host",
        "origin",
        "sec-fetch-site",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-ms-forwarded-client-ip",
        "x-ms-proxy",
    }
)
"""Headers that decide something. Each may come once."""


MAX_LENGTH_DIGITS = 19
"""A Content-Length with more digits is not converted to a number."""


def refusal_of(lines: Iterable[HeaderLine]) -> EdgeRefusal | None:
    """Return why a request with these header lines is refused, None if it is not.

    A body must have its length in ``Content-Length``: a chunked one is refused, so that a body that
    breaks off is never taken for a whole one.
    """
    seen = set()
    for name, _value in lines:
        name = name.lower()
        if "_" in name:
            return HEADER_UNDERSCORE
        if name == "transfer-encoding":
            return LENGTH_REQUIRED
        if name in seen:
            return HEADER_REPEATED
        if name in SINGLE:
            seen.add(name)
    return None


def mapping_of(lines: Iterable[HeaderLine]) -> Mapping[str, str]:
    """Return the headers by name, which is found in upper and lower case."""
    headers: Any = Headers(lines)  # no Mapping, but read like one
    return headers  # type: ignore[no-any-return]


def body_length(lines: Iterable[HeaderLine]) -> int:
    """Return the number of bytes of the body: 0 without one, ``sys.maxsize`` for any huge number.

    What is no number counts as 0: then nothing is read, and the application refuses it.
    """
    text = next((value for name, value in lines if name.lower() == "content-length"), "0").strip()
    if not (text.isascii() and text.isdigit()):
        return 0
    return int(text) if len(text.lstrip("0")) <= MAX_LENGTH_DIGITS else sys.maxsize
