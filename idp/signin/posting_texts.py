"""The texts of the page that posts a response: every sign-in has it, so they are kept ready."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from idp.web.languages import Language
from idp.web.page_texts import catalogue

POSTING = {
    "title":        "Working...",
    "heading":      "One moment",
    "instructions": "If the application does not open by itself, press the button.",
    "button":       "Continue",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PostingTexts:
    """The texts in one language."""

    language: Language
    title: str
    heading: str
    instructions: str
    button: str


@cache
def posting_texts(language: Language) -> PostingTexts:
    """Return the texts of the page that posts a response."""
    return PostingTexts(
        language, **{name: catalogue(language).gettext(text) for name, text in POSTING.items()}
    )
