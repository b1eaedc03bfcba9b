"""The administrator's token: what proves that somebody may change the farm."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from adapter.errors import TallystickError

MIN_TOKEN_LENGTH = 20
_DIGEST = re.compile(r"sha256:([0-9a-fA-F]{64})", re.ASCII)


class AdminTokenError(TallystickError):
    """Raised when there is no usable token: administration over the web is off then."""

    code = "admin_off"


@dataclass(frozen=True, slots=True)
class AdminToken:
    """A token, known by its SHA-256 digest alone: it is long and random, so that is enough."""

    digest: bytes

    def matches(self, text: str) -> bool:
        """Say, in constant time, whether *text* is the token."""
        return hmac.compare_digest(_digest(text), self.digest)


def read_token(path: Path | None) -> AdminToken:
    """Read the token's file: the token itself, or ``sha256:`` and its digest in hexadecimal.

    It is read at every use, so that a new token holds at once. Raises :class:`AdminTokenError`
    when the setting or the file is missing, or others may read a token that stands in it.
    """
    if path is None:
        raise AdminTokenError(
            "No administrator token is set", "Name its file in server.admin_token_file"
        )
    try:
        text = path.read_text(encoding="utf-8").strip()
        mode = path.stat().st_mode
    except (OSError, UnicodeDecodeError):
        raise AdminTokenError(
            "The administrator's token cannot be read", "See to server.admin_token_file"
        ) from None
    return _token_of(text, mode)


def digest_line(token: str) -> str:
    """Return what a token's file holds where the token itself shall stand nowhere."""
    return f"sha256:{_digest(token).hex()}\n"


def _token_of(text: str, mode: int) -> AdminToken:
    digest = _DIGEST.fullmatch(text)
    if digest:
        return AdminToken(bytes.fromhex(digest[1]))
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise AdminTokenError(
            "Others than its owner may read the administrator's token", "Give the file mode 0600"
        )
    if len(text) < MIN_TOKEN_LENGTH:
        raise AdminTokenError(
            f"The administrator's token is shorter than {MIN_TOKEN_LENGTH} characters",
            "Make a longer one",
        )
    return AdminToken(_digest(text))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
