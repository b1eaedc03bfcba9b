"""The administrator's token, which authorizes changes over the web, and the file it is kept in."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from idp import operating_system
from idp.federation.token_signing.private_files import replace_private_file

if TYPE_CHECKING:
    from idp.audit.changes import Changes

MIN_TOKEN_LENGTH = 20
TOKEN_BYTES = 24
"""Random bytes of a new token."""
THE_TOKEN_FILE = "emergency token"  # noqa: S105  # its name
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
        raise _no_file()
    try:
        return _token_of(_text_of(path), operating_system.is_open_to_others(path, 0o077))
    except OSError:
        raise _unreadable() from None


def new_token() -> str:
    """Return a random token for the administrator."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def replace_token(path: Path | None, changes: Changes | None = None) -> str:
    """Write a new token to *path* and return it; the former token and its sessions end at once.

    The file gets only the digest, unless it holds the token itself, as that of a demo does. Raises
    :class:`AdminTokenError` without a *path*, and
    :class:`~idp.federation.token_signing.private_files.KeyFileError` if it cannot be written.
    """
    if path is None:
        raise _no_file()
    token = new_token()
    is_plain = _holds_token(path)
    content = f"{token}\n" if is_plain else digest_line(token)
    replace_private_file(path, content.encode(), keep_mode=not is_plain)
    if changes is not None:
        changes.record("admin.token", THE_TOKEN_FILE)
    return token


def holds_digest(path: Path) -> bool:
    """Return whether the file at *path* holds only the digest of a token."""
    return _DIGEST.fullmatch(_text_of(path)) is not None


def digest_line(token: str) -> str:
    """Return the content of a token's file that holds only the digest of *token*."""
    return f"sha256:{_digest(token).hex()}\n"


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise _unreadable() from None


def _holds_token(path: Path) -> bool:
    try:
        return not holds_digest(path)
    except AdminTokenError:
        return False


def _no_file() -> AdminTokenError:
    return AdminTokenError(
        "No administrator token is set",
        "Name its file in server.admin_token_file, then run tallystick admin token --new",
    )


def _unreadable() -> AdminTokenError:
    return AdminTokenError(
        "The administrator's token cannot be read",
        "Check server.admin_token_file, or make a new token: tallystick admin token --new",
    )


def _token_of(text: str, is_open_to_others: bool) -> AdminToken:
    digest = _DIGEST.fullmatch(text)
    if digest:
        return AdminToken(bytes.fromhex(digest[1]))
    if is_open_to_others:
        raise AdminTokenError(
            "Other users may read the file of the administrator's token", "Give it mode 0600"
        )
    if len(text) < MIN_TOKEN_LENGTH:
        raise AdminTokenError(
            f"The administrator's token is shorter than {MIN_TOKEN_LENGTH} characters",
            "Make a new one: tallystick admin token --new",
        )
    return AdminToken(_digest(text))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
