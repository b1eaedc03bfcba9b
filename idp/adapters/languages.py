"""Chooses the language in which an adapter answers: the browser's Accept-Language against LCIDs.

The table of LCIDs is Python's own (``locale.windows_locale``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from locale import windows_locale

from adapter.contract import ENGLISH
from idp.web.accept_language import best_match, look_up

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
    tags = {lcid: tag_of(lcid) for lcid in available}
    found = best_match(accept_language, tags)
    return _otherwise(tags) if found is None else found


def _otherwise(offered: Mapping[int, str]) -> int:
    if ENGLISH in offered:
        return ENGLISH
    english = look_up("en", {lcid: tag.lower() for lcid, tag in offered.items()})
    return english if english is not None else next(iter(offered), ENGLISH)
