"""The words of AD FS's claim rule language, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from idp.federation.claim_rules.errors import BadRule

MAX_RULES_TEXT_LENGTH = 200_000

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<text>"[^"]*")
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<number>[0-9]+)
      | (?P<sign>=>|==|!=|=~|!~|<=|>=|&&|[][(),;:=.+@<>])""",
    re.VERBOSE | re.DOTALL,
)


class UnreadableRule(BadRule):
    """Raised for rules that cannot be read: says at which line and column, and what is there."""

    def __init__(self, text: str, at: int, problem: str, remedy: str = "") -> None:
        self.line = text.count("\n", 0, at) + 1
        self.column = at - text.rfind("\n", 0, at)
        super().__init__(f"Line {self.line}, column {self.column}: {problem}", remedy)


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is text, word, number, sign or end; a text is without its quotation marks."""

    kind: str
    text: str
    at: int

    @property
    def shown(self) -> str:
        """The token as an error names it."""
        if self.kind == "end":
            return "the end"
        return f'"{self.text[:40]}"' if self.kind == "text" else self.text[:40]


def tokens(text: str) -> Iterator[Token]:
    """Return the tokens without spaces and comments, the last of them the end.

    Raises :class:`UnreadableRule` for a character that begins none.
    """
    if len(text) > MAX_RULES_TEXT_LENGTH:
        raise UnreadableRule(
            text, MAX_RULES_TEXT_LENGTH, f"There are more than {MAX_RULES_TEXT_LENGTH} characters"
        )
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise UnreadableRule(text, at, _stranger(text[at : at + 2]))
        at, kind = found.end(), found.lastgroup or ""
        if kind != "space":
            yield Token(kind, found[0][1:-1] if kind == "text" else found[0], found.start())
    yield Token("end", "", len(text))


def _stranger(text: str) -> str:
    if text[0] == '"':
        return "A text has no end"
    if text == "/*":
        return "A comment has no end"
    if text[0] in "“”„‘’":
        return f'There is a {text[0]}, where the language has "'
    return f"There is {text[0]!r}, which the language does not have"
