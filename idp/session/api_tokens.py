"""API tokens: named, with a role and an end. Only the digest of a token is stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from idp.instants import json_instant

PREFIX = "tly_"
"""How a token begins, so that scanners for leaked secrets can find it."""
TOKEN_BYTES = 32
USE_INTERVAL = timedelta(minutes=1)
"""The time of the last use is stored at most this often."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token, without its text."""

    name: str
    role: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the token as the REST API and ``--json`` show it."""
        return {
            "name": self.name,
            "role": self.role,
            "created_at": json_instant(self.created_at),
            "created_by": self.created_by,
            "expires_at": json_instant(self.expires_at),
            "last_used_at": json_instant(self.last_used_at) if self.last_used_at else None,
        }


class ApiTokenStore(Protocol):
    """Storage of the tokens."""

    def add(self, token: ApiToken, digest: str) -> bool:
        """Store a token; returns False if there is one of that name."""

    def tokens(self) -> Sequence[ApiToken]:
        """Return all tokens, sorted by name."""

    def find(self, digest: str) -> tuple[ApiToken, str] | None:
        """Return the token with this digest, and the digest as it is stored."""

    def remove(self, name: str) -> bool:
        """Remove a token; returns False if there is none of that name."""

    def note_use(self, name: str, at: datetime) -> None:
        """Store when a token was used, without waiting for the disk."""


def new_token_text() -> str:
    """Return the text of a new token: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(TOKEN_BYTES)


def digest_of_token(text: str) -> str:
    """Return what is stored of a token. It is random, so the digest needs no salt."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def verify_token(store: ApiTokenStore, text: str, now: datetime) -> ApiToken | None:
    """Return the token whose text this is, None if it is no token; it may have expired.

    It is looked up by its digest, whose comparison tells nobody anything about the text.
    """
    if not text.startswith(PREFIX):
        return None
    digest = digest_of_token(text)
    found = store.find(digest)
    if found is None or not hmac.compare_digest(found[1], digest):
        return None
    token = found[0]
    last = token.last_used_at
    if now < token.expires_at and (last is None or now - last >= USE_INTERVAL):
        store.note_use(token.name, now)
    return token
