"""Chooses the language in which an adapter answers: the browser's Accept-Language against LCIDs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from adapter.contract import ENGLISH
from idp.adapters.lcids import tag_of
from idp.web.accept_language import MAX_HEADER_LENGTH, best_match, look_up


def negotiate(accept_language: str, available: tuple[int, ...]) -> int:
    """Return the LCID in *available* that suits the browser best; English if none does."""
    return _best(accept_language[:MAX_HEADER_LENGTH], available)


@lru_cache(maxsize=128)
def _best(accept_language: str, available: tuple[int, ...]) -> int:
    """Return the best LCID for a header; most browsers of a place send the same one."""
    tags = {lcid: tag_of(lcid) for lcid in available}
    found = best_match(accept_language, tags)
    return _otherwise(tags) if found is None else found


def _otherwise(offered: Mapping[int, str]) -> int:
    if ENGLISH in offered:
        return ENGLISH
    english = look_up("en", {lcid: tag.lower() for lcid, tag in offered.items()})
    return english if english is not None else next(iter(offered), ENGLISH)
