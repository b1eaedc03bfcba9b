"""The languages of our pages, and which of them a browser gets: values in, a value out.

A user's explicit choice, kept in a cookie, counts more than the header ``Accept-Language``. A
client that sends neither gets English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from idp.web.accept_language import MAX_HEADER_LENGTH, best_match
from idp.web.cookies import set_cookie_header

COOKIE = "tallystick_language"
"""The cookie that keeps an explicit choice: a language's tag."""
FIELD = "Language"
"""The field of a form that chooses a language, by its tag."""
RETURN = "Return"
MAX_RETURN_LENGTH = 16_000
_OUR_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
COOKIE_LIFETIME = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its tag (BCP 47), its own name for itself, and its direction (``ltr``)."""

    tag: str
    name: str
    direction: str = "ltr"


ENGLISH = Language("en", "English")
LANGUAGES = (
    ENGLISH,
    Language("de", "Deutsch"),
    Language("fr", "Français"),
    Language("es", "Español"),
    Language("ja", "日本語"),
)
_BY_TAG = {each.tag: each for each in LANGUAGES}
_TAGS = {each: each.tag for each in LANGUAGES}


def language_of(tag: str) -> Language | None:
    """Return the language with this tag, None if our pages do not have it."""
    return _BY_TAG.get(tag)


def choice_in(fields: Mapping[str, str]) -> Language | None:
    """Return the language that a post of one of our pages chooses, None if it chooses none."""
    return language_of(fields[FIELD]) if FIELD in fields else None


def return_address(fields: Mapping[str, str]) -> str:
    """Return where the page is that a language was chosen on: a path on this host, else ``/``.

    Browsers read a backslash as a slash and drop control characters, so that either could lead to
    another host.
    """
    address = fields.get(RETURN, "")
    is_ours = _OUR_PATH.fullmatch(address) is not None and len(address) <= MAX_RETURN_LENGTH
    return address if is_ours else "/"


def choose_language(chosen: str, accept_language: str) -> Language:
    """Return the language of a page, for the value of the cookie and the browser's header."""
    return language_of(chosen) or _best(accept_language[:MAX_HEADER_LENGTH])


@lru_cache(maxsize=128)
def _best(accept_language: str) -> Language:
    """Return the best language for a header; most browsers of a place send the same one."""
    return best_match(accept_language, _TAGS) or ENGLISH


def with_choice(chosen: str, accept_language: str) -> str:
    """Return the header ``Accept-Language`` with the user's choice in front of it.

    What negotiates by itself, like an adapter, then finds that choice first.
    """
    return ", ".join(filter(None, (chosen if language_of(chosen) else "", accept_language)))


def language_cookie_header(language: Language, *, secure: bool) -> str:
    """Return the value of the ``Set-Cookie`` header that keeps the user's choice."""
    return set_cookie_header(COOKIE, language.tag, max_age=COOKIE_LIFETIME, secure=secure, path="/")
