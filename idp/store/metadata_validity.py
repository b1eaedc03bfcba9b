"""How long metadata may be used, as keys of a JSON object; most metadata has no limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from idp.saml.validity import UNLIMITED, Validity
from idp.store.stored_json import DamagedValue

TERMS = ("valid_until", "cache_seconds")
"""The keys that this module reads and writes."""


def validity_to_json(validity: Validity) -> dict[str, Any]:
    """Return the limits by key; without limits there are no keys."""
    until, cache = validity.valid_until, validity.cache_duration
    values = {
        "valid_until": None if until is None else until.isoformat(),
        "cache_seconds": None if cache is None else cache.total_seconds(),
    }
    return {name: value for name, value in values.items() if value is not None}


def validity_from_json(values: Mapping[str, Any]) -> Validity:
    """Return the limits that stored keys describe; raises :class:`DamagedValue`."""
    if not values:
        return UNLIMITED
    try:
        return Validity(_until(values.get("valid_until")), _cache(values.get("cache_seconds")))
    except (TypeError, ValueError, OverflowError):
        raise DamagedValue("valid_until or cache_seconds is not a time") from None


def _until(value: Any) -> datetime | None:
    until = None if value is None else datetime.fromisoformat(value)
    if until is not None and until.tzinfo is None:
        raise ValueError("without a time zone")
    return until


def _cache(value: Any) -> timedelta | None:
    return None if value is None else timedelta(seconds=value)
