"""Chooses the language in which an adapter answers: the browser's Accept-Language against LCIDs.

Quality values follow RFC 9110 §12.5.4, the look-up of a language RFC 4647 §3.4: if a language is
not available for the region asked for, another region's is used (``de-AT`` finds ``de-DE``). The
table of LCIDs is Python's own (``locale.windows_locale``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from locale import windows_locale

from adapter.contract import ENGLISH

MAX_HEADER_LENGTH = 1000
MAX_RANGES = 32

_RANGE = re.compile(
    r"\s*(?P<tag>\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)\s*"
    r"(?:;\s*q=(?P<quality>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?",
    re.ASCII | re.IGNORECASE,
)
_SCRIPTS = {"zh_CHS": "zh-Hans", "zh_CHT": "zh-Hant"}
_SPECIFIC = 0x400
"""An LCID below it names a language without a region; above it begins the first region."""


def tag_of(lcid: int) -> str:
    """Return the language tag of an LCID (``de-DE``, ``de``), empty for an unknown LCID."""
    name = windows_locale.get(lcid)
    if name is not None:
        return _SCRIPTS.get(name, name.replace("_", "-"))
    if not 0 < lcid < _SPECIFIC:
        return ""
    return windows_locale.get(_SPECIFIC | lcid, "").partition("_")[0]


def negotiate(accept_language: str, available: Sequence[int]) -> int:
    """Return the LCID in *available* that suits the browser best; English if none does."""
    ranges = list(_ranges(accept_language))
    tags = {lcid: tag_of(lcid).lower() for lcid in available}
    offered = {lcid: tag for lcid, tag in tags.items() if not _is_refused(tag, ranges)}
    for tag, quality in sorted(ranges, key=lambda each: -each[1]):
        found = _look_up(tag, offered) if quality else None
        if found is not None:
            return found
    return _otherwise(tags)


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


def _look_up(tag: str, offered: dict[int, str]) -> int | None:
    """Return the offered language of a range, or of the range without its last parts."""
    while tag:
        for lcid, each in offered.items():
            if _matches(tag, each):
                return lcid
        tag = tag.rpartition("-")[0]
    return None


def _matches(range_: str, tag: str) -> bool:
    return range_ in ("*", tag) or tag.startswith(f"{range_}-")


def _otherwise(offered: dict[int, str]) -> int:
    if ENGLISH in offered:
        return ENGLISH
    english = _look_up("en", offered)
    return english if english is not None else next(iter(offered), ENGLISH)
