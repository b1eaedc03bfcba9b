"""Loop detection: stops a browser that one service provider sends here again and again.

AD FS's ``Set-AdfsProperties -EnableLoopDetection``. The browser itself remembers its last tokens,
in a cookie that needs no seal: whoever forges it stops only that browser, for the length of the
interval.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Self

from idp.config.schema import Config
from idp.request_value import request_value
from idp.signin import errors
from idp.web.answer import Answer
from idp.web.cookies import delete_cookie_header, set_cookie_header

NAME = "MSISLoopDetectionCookie"
MAX_COOKIE_LENGTH = 2048
MAX_REMEMBERED = 50

Token = tuple[str, int]
"""An issued token: a digest of the trust's entity id, and when, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class LoopRules:
    """A browser may get ``tokens`` tokens for one trust within ``seconds``; one more is a loop."""

    is_on: bool
    tokens: int
    seconds: int
    is_secure: bool


def loop_rules(config: Config) -> LoopRules:
    """Return the rules by the section ``[sign_in]`` of the configuration."""
    settings = config.sign_in
    return LoopRules(
        settings.loop_detection,
        settings.loop_tokens,
        settings.loop_seconds,
        config.server.is_secure,
    )


@request_value
class RecentTokens:
    """The tokens that the browser of one request got lately, as its cookie says."""

    rules: LoopRules
    cookie: str

    @classmethod
    def of(cls, rules: LoopRules, cookies: Mapping[str, str]) -> Self:
        """Return the recent tokens that the cookies of a request name."""
        return cls(rules, cookies.get(NAME, ""))

    def refuse_loop(self, entity_id: str, now: datetime) -> None:
        """Raise :class:`~idp.saml.refusal.Refused` if one token more would be a loop."""
        if not self.rules.is_on or not self.cookie:
            return
        trust = _digest(entity_id)
        if sum(trust == each for each, _ in self._recent(now)) >= self.rules.tokens:
            raise errors.loop(self.rules.tokens, self.rules.seconds)

    def add_token(self, answer: Answer, entity_id: str, now: datetime) -> Answer:
        """Return the answer with the cookie that remembers one token more."""
        if not self.rules.is_on:
            return answer
        token = (_digest(entity_id), _seconds(now))
        tokens = [*self._recent(now), token][-MAX_REMEMBERED:]
        max_age, secure = self.rules.seconds, self.rules.is_secure
        cookie = set_cookie_header(NAME, _encoded(tokens), max_age=max_age, secure=secure)
        return answer.with_header("Set-Cookie", cookie)

    def forget(self, answer: Answer) -> Answer:
        """Return the answer without the cookie: a user who has signed out is in no loop."""
        if not self.cookie:
            return answer
        cookie = delete_cookie_header(NAME, secure=self.rules.is_secure)
        return answer.with_header("Set-Cookie", cookie)

    def _recent(self, now: datetime) -> list[Token]:
        """Return the tokens of the interval that ends now; those of the future do not count."""
        end = _seconds(now)
        return [each for each in _decoded(self.cookie) if end - self.rules.seconds < each[1] <= end]


def _seconds(now: datetime) -> int:
    return int(now.timestamp())


# The number of trusts bounds it: it is asked for a trust that was found.
@lru_cache(maxsize=4096)
def _digest(entity_id: str) -> str:
    return hashlib.sha256(entity_id.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _encoded(tokens: list[Token]) -> str:
    text = "\n".join(f"{trust} {at}" for trust, at in tokens)
    return base64.b64encode(text.encode()).decode()


def _decoded(cookie: str) -> list[Token]:
    """Return the tokens of a cookie; a cookie that is not ours has none."""
    if not cookie or len(cookie) > MAX_COOKIE_LENGTH:
        return []
    try:
        text = base64.b64decode(cookie, validate=True).decode("ascii")
        pairs = [line.split(" ") for line in text.splitlines()]
        return [(trust, int(at)) for trust, at in pairs][-MAX_REMEMBERED:]
    except (binascii.Error, ValueError):
        return []
