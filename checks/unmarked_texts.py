"""Finds texts in the templates of pages that are not marked to be translated.

A text is marked by ``{{ _("…") }}`` or ``{% trans %}``. What stands in ``<code>`` and the like is
a command, a code or a name, and is the same in all languages; so are the words of :data:`NAMES`,
and words in capitals (``UTC``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

SHOWN = ("alt", "aria-label", "data-label", "placeholder", "title")
"""The attributes that users see or hear."""
LEFT_OUT = ("code", "kbd", "script", "style")
NAMES = {"Tallystick", "NameID", "Authenticator"}
_JINJA = re.compile(
    r"\{#.*?#\}|\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL
)
_VALUE = re.compile(r"""[\w-]+=("[^"]*"|'[^']*')|\S*[\d@_/]\S*|\w+,\w+""")
"""Attributes that a macro adds to a tag, addresses, names with a digit, columns of a file."""
_WORD = re.compile(r"[^\W\d_]{2,}[\w-]*")


def unmarked_texts(root: Path, templates: Iterable[Path]) -> Iterator[str]:
    """Yield each text of *templates* that is not marked, with its place below *root*."""
    for file in templates:
        parser = _Texts()
        parser.feed(_JINJA.sub(_lines_of, file.read_text(encoding="utf-8")))
        parser.close()
        for line, text in parser.found:
            yield f"{file.relative_to(root).as_posix()}:{line}: not marked: {text!r}"


def _lines_of(expression: re.Match[str]) -> str:
    """Return what keeps the numbers of the lines where an expression was."""
    return "\n" * expression[0].count("\n")


class _Texts(HTMLParser):
    """The texts of a page whose Jinja expressions are taken out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._left_out = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._left_out += tag in LEFT_OUT
        for name, value in attrs:
            if name in SHOWN:
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._left_out -= tag in LEFT_OUT

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self._note(data)

    def _note(self, text: str) -> None:
        words = [word for word in _WORD.findall(_VALUE.sub("", text)) if not word.isupper()]
        if set(words) - NAMES:
            self.found.append((self.getpos()[0], " ".join(text.split())))
