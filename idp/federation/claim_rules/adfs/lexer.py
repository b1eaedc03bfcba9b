"""Splits a text in AD FS's claim rule language into tokens, each with its position."""

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
    """Raised for rules that cannot be read; the message has line and column."""

    def __init__(self, text: str, at: int, problem: str, remedy: str = "") -> None:
        self.line = text.count("\n", 0, at) + 1
        self.column = at - text.rfind("\n", 0, at)
        super().__init__(f"Line {self.line}, column {self.column}: {problem}", remedy)


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is text, word, number, sign or end; ``text`` has no quotation marks."""

    kind: str
    text: str
    at: int

    @property
    def shown(self) -> str:
        """The token as an error message shows it."""
        if self.kind == "end":
            return "the end"
        return f'"{self.text[:40]}"' if self.kind == "text" else self.text[:40]


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens without spaces and comments; the last one is the end.

    Raises :class:`UnreadableRule` for a character that begins no token.
    """
    if len(text) > MAX_RULES_TEXT_LENGTH:
        raise UnreadableRule(
            text, MAX_RULES_TEXT_LENGTH, f"There are more than {MAX_RULES_TEXT_LENGTH} characters"
        )
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise UnreadableRule(text, at, _describe_unknown(text[at : at + 2]))
        at, kind = match.end(), match.lastgroup or ""
        if kind != "space":
            yield Token(kind, match[0][1:-1] if kind == "text" else match[0], match.start())
    yield Token("end", "", len(text))


def _describe_unknown(text: str) -> str:
    if text[0] == '"':
        return "A text has no end"
    if text == "/*":
        return "A comment has no end"
    if text[0] in "“”„‘’":
        return f'There is a {text[0]}; the language only has "'
    return f"{text[0]!r} does not exist in the language"
