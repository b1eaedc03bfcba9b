"""Reads ``validUntil`` and ``cacheDuration`` of metadata (saml-metadata §2.3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from idp.saml import uris
from idp.saml.bad_metadata import BadMetadata
from idp.saml.validity import Validity
from idp.saml.xml import collapse

Limits = tuple[str | None, str | None]
"""``validUntil`` and ``cacheDuration`` of one element, as written, None if missing."""

_DURATION = re.compile(
    r"P(?=.)(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)D)?"
    r"(?:T(?=.)(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.[0-9]+)?S)?)?"
)
_SECONDS = (365 * 86400, 30 * 86400, 86400, 3600, 60, 1)
"""In a year, a month, a day, an hour, a minute, a second."""

MAX_DURATION = timedelta(days=100 * 365)
"""A longer duration counts as this one."""

_MAX_DIGITS = 12
_MIDNIGHT = re.compile(r"(.*T)24(:00:00(?:\.0+)?)(.*)")
"""The end of a day, which XML Schema allows beside the beginning of the next one."""


def strictest_validity(limits: Iterable[Limits]) -> tuple[Validity, tuple[str, ...]]:
    """Return the strictest of *limits*, and warnings about durations that cannot be read.

    Without such a duration, the server's own interval counts. Raises :class:`BadMetadata` for a
    ``validUntil`` that cannot be read, since that must not mean "for ever".
    """
    pairs = list(limits)
    ends = [_instant(collapse(until)) for until, _ in pairs if until is not None]
    texts = [collapse(text) for _, text in pairs if text is not None]
    durations = {text: _duration(text) for text in texts}
    warnings = tuple(
        f"its cacheDuration {text[:40]!r} is no duration and was ignored"
        for text, duration in durations.items()
        if duration is None
    )
    readable = [duration for duration in durations.values() if duration is not None]
    return Validity(min(ends, default=None), min(readable, default=None)), warnings


def limits_in(attributes: Iterable[tuple[str, str]]) -> Limits:
    """Return the limits among the *attributes* of an element.

    The case of their names does not matter, nor whether they have the namespace of metadata, in the
    spelling of lxml or expat.
    """
    by_name = {_plain(name): value for name, value in attributes}
    return by_name.get("validuntil"), by_name.get("cacheduration")


def _plain(name: str) -> str:
    lxml, expat = f"{{{uris.METADATA}}}", f"{uris.METADATA} "
    return name.removeprefix(lxml).removeprefix(expat).lower()


def _instant(text: str) -> datetime:
    """Return an xs:dateTime in UTC; one that Python cannot hold is the next that it can."""
    end_of_day = _MIDNIGHT.fullmatch(text)
    if end_of_day is not None:
        text = f"{end_of_day[1]}00{end_of_day[2]}{end_of_day[3]}"
    try:
        instant = datetime.fromisoformat(text)
        instant += timedelta(days=0 if end_of_day is None else 1)
        return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        last, first = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
        return last if text.startswith("9999") else first
    except ValueError:
        raise BadMetadata(f"its validUntil {text[:40]!r} is no time") from None


def _duration(text: str) -> timedelta | None:
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    numbers = [(number or "").lstrip("0") for number in match.groups()]
    if any(len(number) > _MAX_DIGITS for number in numbers):
        return MAX_DURATION
    seconds = sum(int(a or 0) * b for a, b in zip(numbers, _SECONDS, strict=True))
    return timedelta(seconds=min(seconds, MAX_DURATION.total_seconds()))
