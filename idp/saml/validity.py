"""How long metadata may be used: ``validUntil`` and ``cacheDuration`` (saml-metadata §2.3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from idp.saml.bad_metadata import BadMetadata

_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})D)?"
    r"(?:T(?=.)(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?"
)
_SECONDS = (365 * 86400, 30 * 86400, 86400, 3600, 60, 1)
"""In a year, a month, a day, an hour, a minute, a second."""


@dataclass(frozen=True, slots=True)
class Validity:
    """Until when metadata may be used, and how soon it must be fetched again."""

    valid_until: datetime | None = None
    cache_duration: timedelta | None = None


UNLIMITED = Validity()
"""The validity of metadata without such attributes."""


def strictest_validity(limits: Iterable[tuple[str | None, str | None]]) -> Validity:
    """Return the strictest of *limits*, pairs of ``validUntil`` and ``cacheDuration`` as written.

    Raises :class:`BadMetadata` for one that cannot be read, which must not mean "for ever".
    """
    pairs = list(limits)
    ends = [_instant(until) for until, _ in pairs if until is not None]
    durations = [_duration(text) for _, text in pairs if text is not None]
    return Validity(min(ends, default=None), min(durations, default=None))


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text.strip())
        return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadMetadata(f"its validUntil {text[:40]!r} is no time") from None


def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise BadMetadata(f"its cacheDuration {text[:40]!r} is no duration")
    numbers = (int(number or 0) for number in match.groups())
    return timedelta(seconds=sum(a * b for a, b in zip(numbers, _SECONDS, strict=True)))
