"""The administrator's token, which authorizes changes over the web, and the file it is kept in."""

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
    """Raised if there is no usable token. Administration over the web is off then."""

    code = "admin_off"


@dataclass(frozen=True, slots=True)
class AdminToken:
    """The SHA-256 digest of the token.

    The token is long and random, so a digest without salt and stretching is enough.
    """

    digest: bytes

    def matches(self, text: str) -> bool:
        """Return whether *text* is the token; the time it takes does not depend on *text*."""
        return hmac.compare_digest(_digest(text), self.digest)


def read_token(path: Path | None) -> AdminToken:
    """Read the token's file: the token itself, or ``sha256:`` and its digest in hexadecimal.

    Callers read it at every use, so a new token is valid at once. Raises :class:`AdminTokenError`
    if there is no *path* or file, if the token is too short, or if the file holds the token itself
    and users other than its owner may read it.
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
            "The administrator's token cannot be read", "Check server.admin_token_file"
        ) from None
    return _token_of(text, mode)


def digest_line(token: str) -> str:
    """Return the content of a token's file that holds only the digest of *token*."""
    return f"sha256:{_digest(token).hex()}\n"


def _token_of(text: str, mode: int) -> AdminToken:
    digest = _DIGEST.fullmatch(text)
    if digest:
        return AdminToken(bytes.fromhex(digest[1]))
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise AdminTokenError(
            "Other users may read the file of the administrator's token", "Give it mode 0600"
        )
    if len(text) < MIN_TOKEN_LENGTH:
        raise AdminTokenError(
            f"The administrator's token is shorter than {MIN_TOKEN_LENGTH} characters",
            "Make a longer one",
        )
    return AdminToken(_digest(text))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
