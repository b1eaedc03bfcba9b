"""Finds what a page shows in the pseudo-locale that is neither translated nor a value."""

from __future__ import annotations

import re

from lxml import html

SHOWN_ATTRIBUTES = ("placeholder", "aria-label", "title", "alt", "data-done", "data-left")
NAMES = r"Tallystick|Authenticator|otpauth://\S*|Android|Apple Watch \(watchOS\)"
BETWEEN = r"[\s():,.·…–―-]+"
"""What stands between texts and values."""


def untranslated(page: str, values: str) -> list[str]:
    """Return what of a page's texts is neither in the pseudo-locale nor a name nor a value.

    ``values`` is a regular expression for all values. Elements with ``lang="en"`` are left out,
    and the names of languages.
    """
    document = html.document_fromstring(page)
    left_out = (
        "//script | //style | //*[contains(@class, 'languages')]/button | //body//*[@lang='en']"
    )
    for node in document.xpath(left_out):
        node.drop_tree()
    texts = [" ".join(document.itertext())]
    texts += document.xpath(" | ".join(f"//@{name}" for name in SHOWN_ATTRIBUTES))
    no_text = re.compile(f"{values}|{NAMES}|{BETWEEN}")
    left = (no_text.sub("", _without_translated(text)) for text in texts)
    return [text for text in left if text]


def _without_translated(text: str) -> str:
    """Remove what is in brackets, from the inside: a value may be a translated text itself."""
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = shorter
    return text
