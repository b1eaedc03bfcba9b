"""The texts of our own adapters in the languages that AD FS asks for by LCID.

A page keeps its English texts as plain constants and translates them when it is shown. The
catalogues in ``adapter/locale`` are those of the standard :mod:`gettext`, compiled when the package
is built (``hatch_build.py``).
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path

from adapter.contract import ENGLISH

DOMAIN = "adapter"
LOCALE = Path(__file__).with_name("locale")

LANGUAGES = {
    # LCID    catalogue
    ENGLISH:  "en",
    1031:     "de",
    1036:     "fr",
    3082:     "es",
    1041:     "ja",
}  # fmt: skip
"""The languages of our adapters: their ``AdapterMetadata.available_lcids``."""


def translate(message: str, lcid: int) -> str:
    """Return *message* in the language of an LCID; in English if there is no translation."""
    return catalogue(LANGUAGES.get(lcid, "en")).gettext(message)


@cache
def html_of(message: str, lcid: int) -> str:
    """Return *message* translated and escaped; each one is kept, so it must be a constant."""
    return escape(translate(message, lcid))


def in_all_languages(message: str) -> Mapping[int, str]:
    """Return *message* by LCID, as ``AdapterMetadata`` wants its names and descriptions."""
    return {lcid: translate(message, lcid) for lcid in LANGUAGES}


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language of :data:`LANGUAGES`; that of English is empty."""
    return gettext.translation(DOMAIN, LOCALE, [language], fallback=True)
