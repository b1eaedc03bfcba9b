"""How many passkeys a user may have, how long challenges work, how large an answer may be."""

from __future__ import annotations

from datetime import timedelta

from adapter.errors import TallystickError

MAX_PASSKEYS = 10
"""Passkeys of one user."""

REGISTRATION_LIFETIME = timedelta(minutes=10)
"""How long after the page was shown a passkey can be registered with it."""

AUTHENTICATION_LIFETIME = timedelta(hours=1)
"""How long a page can be answered with a passkey: as long as the log-in page itself is good."""

DIALOG_TIME = timedelta(minutes=5)
"""How long the browser may wait for the user in its own dialog."""

MAX_ANSWER_LENGTH = 16 * 1024
"""Characters of a browser's answer. One without attestation has less than 2,000."""

MAX_CREDENTIAL_ID_LENGTH = 1023
"""Bytes (WebAuthn §7.1, step 25)."""

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 4096


class TooManyPasskeys(TallystickError):
    """Raised when a user has :data:`MAX_PASSKEYS` passkeys already; nothing was added."""

    code = "too_many_passkeys"

    def __init__(self, user: str) -> None:
        super().__init__(
            f"{user} has {MAX_PASSKEYS} passkeys already",
            f"Remove one first: tallystick user methods {user}",
        )


def has_advanced(stored: int, signed: int) -> bool:
    """Say whether a signature counter has grown; false means that the key was copied.

    Passkeys that are synchronised between devices do not count: both values are 0 then.
    """
    return signed > stored or signed == stored == 0
