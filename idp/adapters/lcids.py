"""The language tag of an LCID; the table is Python's own (``locale.windows_locale``)."""

from __future__ import annotations

from functools import lru_cache
from locale import windows_locale

_SCRIPTS = {"zh_CHS": "zh-Hans", "zh_CHT": "zh-Hant"}
_SPECIFIC = 0x400
"""An LCID below it names a language without a region; above it begins the first region."""


@lru_cache(1024)  # an adapter announces any numbers
def tag_of(lcid: int) -> str:
    """Return the language tag of an LCID (``de-DE``, ``de``), empty for an unknown LCID."""
    name = windows_locale.get(lcid)
    if name is not None:
        return _SCRIPTS.get(name, name.replace("_", "-"))
    if not 0 < lcid < _SPECIFIC:
        return ""
    return windows_locale.get(_SPECIFIC | lcid, "").partition("_")[0]
