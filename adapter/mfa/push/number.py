"""The number to match: drawn for one request, shown on its page, stored only as a keyed digest."""

from __future__ import annotations

import hashlib
import hmac
import re
from random import Random

DECOYS = 2
"""How many wrong numbers an app offers beside the right one, if its user taps the number."""

_NUMBER = re.compile(r"[1-9][0-9]", re.ASCII)


def draw(random: Random) -> str:
    """Return two digits, 10 to 99: never a leading zero, so that 07 and 7 cannot differ."""
    return str(random.randrange(10, 100))


def digest(key: bytes, challenge_id: str, number: str) -> bytes:
    """Return the keyed digest under which the number of one request is stored."""
    return hmac.digest(key, f"{challenge_id}:{number}".encode(), hashlib.sha256)


def recall(key: bytes, challenge_id: str, stored: bytes) -> str | None:
    """Return the number of a request for its page, once more; None if it has no number.

    Whoever holds *key* finds it by trying all of them; without the key that is not possible.
    """
    every = map(str, range(10, 100))
    return next((each for each in every if matches(key, challenge_id, each, stored)), None)


def choices(key: bytes, challenge_id: str, stored: bytes) -> tuple[str, ...]:
    """Return three numbers in ascending order: the right one, and two of the others.

    For an app whose user taps the number. Each of the others is equally likely, and *key* chooses
    them, so that neither several looks nor several requests tell which number is right.
    """
    right = recall(key, challenge_id, stored)
    others = (str(each) for each in range(10, 100) if str(each) != right)
    by_lot = sorted(others, key=lambda other: digest(key, f"decoy:{challenge_id}", other))
    return tuple(sorted([*by_lot[:DECOYS], *filter(None, [right])]))


def matches(key: bytes, challenge_id: str, number: str, stored: bytes) -> bool:
    """Compare what a phone sent, in constant time; text that is not a number never matches."""
    given = digest(key, challenge_id, number if _NUMBER.fullmatch(number) else "")
    return hmac.compare_digest(given, stored)
