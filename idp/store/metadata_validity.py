"""How long metadata may be used, as JSON has it; mostly there is nothing to say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from idp.saml.validity import Validity


def terms_of(validity: Validity) -> dict[str, Any]:
    """Return what there is to say, by name."""
    until, cache = validity.valid_until, validity.cache_duration
    values = {
        "valid_until": None if until is None else until.isoformat(),
        "cache_seconds": None if cache is None else cache.total_seconds(),
    }
    return {name: value for name, value in values.items() if value is not None}


def validity_of(values: Mapping[str, Any]) -> Validity:
    """Return what was said."""
    until, cache = values.get("valid_until"), values.get("cache_seconds")
    return Validity(
        None if until is None else datetime.fromisoformat(until),
        None if cache is None else timedelta(seconds=cache),
    )
