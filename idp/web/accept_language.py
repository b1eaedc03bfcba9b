"""Finds what a browser asks for by its header ``Accept-Language``: values in, a value out.

Quality values follow RFC 9110 §12.5.4, the look-up of a language RFC 4647 §3.4: if a language is
not available for the region asked for, another region's is used (``de-AT`` finds ``de-DE``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

MAX_HEADER_LENGTH = 1000
MAX_RANGES = 32

Offered = TypeVar("Offered")

_RANGE = re.compile(
    r"\s*(?P<tag>\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)\s*"
    r"(?:;\s*q=(?P<quality>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?",
    re.ASCII | re.IGNORECASE,
)


def best_match(accept_language: str, tags: Mapping[Offered, str]) -> Offered | None:
    """Return the key in *tags* whose language tag the header likes best, None if it likes none.

    Of languages that it likes equally, the one it names first.
    """
    ranges = list(_ranges(accept_language))
    lower = {key: tag.lower() for key, tag in tags.items()}
    offered = {key: tag for key, tag in lower.items() if not _is_refused(tag, ranges)}
    for tag, quality in sorted(ranges, key=lambda each: -each[1]):
        found = look_up(tag, offered) if quality else None
        if found is not None:
            return found
    return None


def look_up(tag: str, offered: Mapping[Offered, str]) -> Offered | None:
    """Return the key of the language *tag*, or of the tag without its last parts.

    Tags are in lower case; ``*`` finds the first.
    """
    while tag:
        for key, each in offered.items():
            if _matches(tag, each):
                return key
        tag = tag.rpartition("-")[0]
    return None


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    """Yield the valid language ranges of a header with their qualities."""
    for element in header[:MAX_HEADER_LENGTH].split(",")[:MAX_RANGES]:
        found = _RANGE.fullmatch(element)
        if found:
            yield found["tag"].lower(), float(found["quality"] or 1)


def _is_refused(tag: str, ranges: Sequence[tuple[str, float]]) -> bool:
    """Say whether the narrowest range that covers a language has the quality 0."""
    covering = [each for each in ranges if _matches(each[0], tag)]
    return bool(covering) and max(covering, key=lambda each: len(each[0].strip("*")))[1] == 0


def _matches(range_: str, tag: str) -> bool:
    return range_ in ("*", tag) or tag.startswith(f"{range_}-")
