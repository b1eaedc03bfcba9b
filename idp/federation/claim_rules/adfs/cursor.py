"""Going through the tokens of a text, with errors that name the place."""

from __future__ import annotations

from dataclasses import dataclass

from idp.federation.claim_rules.adfs.lexer import Token, UnreadableRule


@dataclass(slots=True)
class Cursor:
    """A place among the tokens; the last of them is the end, which is never passed."""

    text: str
    tokens: list[Token]
    at: int = 0

    @property
    def peek(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.at]

    def next(self) -> Token:
        """Return the token that comes next, and step over it."""
        token = self.peek
        self.at += token.kind != "end"
        return token

    def fault(self, token: Token, problem: str, remedy: str = "") -> UnreadableRule:
        """Return the error that names the place of *token*."""
        return UnreadableRule(self.text, token.at, problem, remedy)

    def unexpected(self, token: Token, due: str) -> UnreadableRule:
        """Return the error of a token that stands where something else is due."""
        return self.fault(token, f"There is {token.shown}, where {due} is due")

    def take(self, *signs: str) -> bool:
        """Step over signs or words (in lower case) if they all come now."""
        following = self.tokens[self.at : self.at + len(signs)]
        found = [t.text.lower() for t in following if t.kind in ("sign", "word")] == list(signs)
        self.at += len(signs) * found
        return found

    def must(self, *signs: str) -> Token:
        """Step over signs or words that must come now, and return the last."""
        for sign in signs:
            token = self.peek
            if not self.take(sign):
                raise self.unexpected(token, sign)
        return token

    def of_kind(self, kind: str, due: str) -> Token:
        """Step over a token that must be of *kind*, which an error calls *due*, and return it."""
        token = self.next()
        if token.kind != kind:
            raise self.unexpected(token, due)
        return token

    def string(self) -> Token:
        """Step over a text, and return it."""
        return self.of_kind("text", "a text in quotation marks")
