"""A position among the tokens of a text; errors name the line and column."""

from __future__ import annotations

from dataclasses import dataclass

from idp.federation.claim_rules.adfs.lexer import Token, UnreadableRule


@dataclass(slots=True)
class Cursor:
    """The position; it never moves past the last token, which is the end."""

    text: str
    tokens: list[Token]
    at: int = 0

    @property
    def peek(self) -> Token:
        """The next token."""
        return self.tokens[self.at]

    def next(self) -> Token:
        """Return the next token and move past it."""
        token = self.peek
        self.at += token.kind != "end"
        return token

    def fault(self, token: Token, problem: str, remedy: str = "") -> UnreadableRule:
        """Return an error at the position of *token*."""
        return UnreadableRule(self.text, token.at, problem, remedy)

    def unexpected(self, token: Token, expected: str) -> UnreadableRule:
        """Return the error for a token in the place of what is *expected*."""
        return self.fault(token, f"Found {token.shown} where {expected} was expected")

    def take(self, *signs: str) -> bool:
        """Move past signs or words (in lower case) if they all come next; say whether they did."""
        following = self.tokens[self.at : self.at + len(signs)]
        texts = [t.text.lower() for t in following if t.kind in ("sign", "word")]
        if texts != list(signs):
            return False
        self.at += len(signs)
        return True

    def must(self, *signs: str) -> Token:
        """Move past signs or words that must come next, and return the last one."""
        for sign in signs:
            token = self.peek
            if not self.take(sign):
                raise self.unexpected(token, sign)
        return token

    def of_kind(self, kind: str, expected: str) -> Token:
        """Return the next token, which must be of *kind*; an error calls that *expected*."""
        token = self.next()
        if token.kind != kind:
            raise self.unexpected(token, expected)
        return token

    def string(self) -> Token:
        """Return the next token, which must be a text."""
        return self.of_kind("text", "a text in quotation marks")
