"""Loop detection: a browser that is sent here again and again by one service provider is stopped.

The browser itself remembers its last tokens, in a cookie that nobody else reads and that needs no
seal: who forges it stops nobody but that browser, and only for so long as a loop is told by.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from flask import Response

from adapter.clock import Clock
from idp.services import Services
from idp.signin import errors
from idp.web.cookies import give_cookie, take_cookie_away

NAME = "MSISLoopDetectionCookie"
MAX_COOKIE_LENGTH = 2048
REMEMBERED = 50

Token = tuple[str, int]
"""One that was issued: a digest of the trust's entity id, and when, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class LoopRules:
    """So many tokens for one trust within so many seconds are no loop yet; one more is."""

    is_on: bool
    tokens: int
    seconds: int
    is_secure: bool
    clock: Clock


def rules_of(services: Services) -> LoopRules:
    """Return the rules of a server."""
    settings = services.config.sign_in
    return LoopRules(
        settings.loop_detection,
        settings.loop_tokens,
        settings.loop_seconds,
        services.config.server.is_secure,
        services.clock,
    )


@dataclass(frozen=True, slots=True)
class RecentTokens:
    """What the browser of one request was given lately."""

    rules: LoopRules
    cookie: str

    @classmethod
    def of(cls, rules: LoopRules, cookies: Mapping[str, str]) -> Self:
        """Return what the cookies of a request tell."""
        return cls(rules, cookies.get(NAME, ""))

    def refuse_loop(self, entity_id: str) -> None:
        """Raise :class:`~idp.saml.refusal.Refused` where one token more would be a loop."""
        if not self.rules.is_on or not self.cookie:
            return
        mine = _digest(entity_id)
        if sum(trust == mine for trust, _ in self._recent(self._now())) >= self.rules.tokens:
            raise errors.loop(self.rules.tokens, self.rules.seconds)

    def note(self, response: Response, entity_id: str) -> Response:
        """Give the browser one token more to remember."""
        if self.rules.is_on:
            now = self._now()
            tokens = [*self._recent(now), (_digest(entity_id), now)][-REMEMBERED:]
            lifetime, secure = self.rules.seconds, self.rules.is_secure
            give_cookie(response, NAME, _encoded(tokens), max_age=lifetime, secure=secure)
        return response

    def forget(self, response: Response) -> Response:
        """Let the browser begin anew: who has signed out is in no loop, and gives a password."""
        if not self.cookie:
            return response
        return take_cookie_away(response, NAME, secure=self.rules.is_secure)

    def _now(self) -> int:
        return int(self.rules.clock.now().timestamp())

    def _recent(self, now: int) -> list[Token]:
        """Return the tokens of the interval that ends now; none comes from the future."""
        return [each for each in _decoded(self.cookie) if now - self.rules.seconds < each[1] <= now]


def _digest(entity_id: str) -> str:
    return hashlib.sha256(entity_id.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _encoded(tokens: list[Token]) -> str:
    text = "\n".join(f"{trust} {at}" for trust, at in tokens)
    return base64.b64encode(text.encode()).decode()


def _decoded(cookie: str) -> list[Token]:
    """Return the tokens of a cookie; what is not ours holds none."""
    if len(cookie) > MAX_COOKIE_LENGTH:
        return []
    try:
        text = base64.b64decode(cookie, validate=True).decode("ascii")
        pairs = [line.split(" ") for line in text.splitlines()]
        return [(trust, int(at)) for trust, at in pairs][-REMEMBERED:]
    except (binascii.Error, ValueError):
        return []
