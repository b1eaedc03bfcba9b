"""One temporary access pass: its text, its times, and how a typed one is read."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from adapter.errors import TallystickError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 characters: none looks like another, and no word can be read in them."""

LENGTH = 10
"""Characters of a pass: 50 bits."""

GROUP = 5
MAX_TYPED_LENGTH = 64
"""Longer texts are no pass, and are not looked at."""

DEFAULT_LIFETIME = timedelta(hours=1)
MIN_LIFETIME = timedelta(minutes=10)
MAX_LIFETIME = timedelta(days=30)
MAX_AHEAD = timedelta(days=30)
"""How far in the future a pass may begin to work."""

_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


class BadPass(TallystickError):
    """Raised for a pass whose times cannot be: too short, too long, or too far in the future."""

    code = "bad_access_pass"


@dataclass(frozen=True, slots=True)
class AccessPass:
    """What is stored of a pass; ``digest`` is keyed, and the text is told once and then forgotten.

    It works from ``starts_at`` until ``expires_at``: ``once``, or as often as it is typed.
    ``issued_for`` is the user's name at that time, if the user was renamed since; the digest is
    over it.
    """

    id: str
    digest: bytes
    once: bool
    issued_at: datetime
    starts_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    issued_for: str | None = None

    def is_listed(self, now: datetime) -> bool:
        """Say whether it may still be used, now or later."""
        return now < self.expires_at and not (self.once and self.used_at is not None)


def draw(random: Random) -> str:
    """Return a new text, in groups that are easy to type."""
    letters = "".join(random.choice(ALPHABET) for _ in range(LENGTH))
    return f"{letters[:GROUP]}-{letters[GROUP:]}"


def tidy(text: str) -> str:
    """Return a typed pass as it is compared: capitals without what stands between the groups.

    An O is read as a zero, an I or L as a one. Text that is no pass stays one that fits none.
    """
    if len(text) > MAX_TYPED_LENGTH:
        return ""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(each for each in folded if each.isalnum()).translate(_READ_AS)


def digest(key: bytes, user: str, text: str) -> bytes:
    """Return the keyed digest under which the pass of one user is stored."""
    told = f"access-pass:{user}\0{tidy(text)}".encode(errors="surrogatepass")
    return hmac.digest(key, told, hashlib.sha256)


def check_times(now: datetime, starts_at: datetime, lifetime: timedelta) -> None:
    """Raise :class:`BadPass` unless a pass may have these times."""
    if not MIN_LIFETIME <= lifetime <= MAX_LIFETIME:
        raise BadPass(
            f"A pass cannot last {lifetime}", "Give 10 minutes to 30 days: --minutes 10 to 43200"
        )
    if starts_at > now + MAX_AHEAD:
        raise BadPass("The pass would begin too far in the future", "Give at most 30 days")
    if starts_at + lifetime <= now:
        raise BadPass("The pass would have expired already", "Give a later start")
