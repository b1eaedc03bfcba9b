"""A user, and the two ways to write a user's name: ``user@domain`` and ``DOMAIN\\user``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

MAX_NAME_LENGTH = 256

_USER = r"[\w.'!#$%^&~{}-]{1,64}"
_LABEL = r"[\w-]{1,63}"
_UPN = re.compile(rf"{_USER}@{_LABEL}(\.{_LABEL})*")
_ACCOUNT = re.compile(rf"{_LABEL}\\{_USER}")


@dataclass(frozen=True, slots=True)
class User:
    """One user. ``upn`` is the canonical, lower-case name; an SSO session from before
    ``valid_from`` has ended; with ``must_change`` the password is good only to choose another.
    An ``unreadable`` one, whose groups the database cannot tell, is disabled: no policy could
    decide about such a user.
    """

    upn: str
    display_name: str
    email: str
    windows_account_name: str
    groups: tuple[str, ...]
    disabled: bool
    valid_from: datetime
    must_change: bool = False
    unreadable: bool = False


def canonical(name: str) -> str | None:
    """Return a typed name in its one spelling (lower-case, NFC), or None when it is no name.

    Both ways to write it are understood; what comes back holds either ``@`` or ``\\``.
    """
    if len(name) > MAX_NAME_LENGTH:
        return None
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).lower())
    return text if _UPN.fullmatch(text) or _ACCOUNT.fullmatch(text) else None


def canonical_upn(name: str) -> str | None:
    """Return the same for ``user@domain`` alone."""
    text = canonical(name)
    return text if text and "@" in text else None


def account_key(upn: str) -> str:
    """Return the canonical spelling of a user's ``DOMAIN\\user``."""
    user, _, domain = upn.partition("@")
    return f"{domain.partition('.')[0]}\\{user}"


def windows_account_name(upn: str) -> str:
    """Return ``DOMAIN\\user``; DOMAIN is the first label of the UPN's domain in upper case."""
    domain, _, user = account_key(upn).partition("\\")
    return f"{domain.upper()}\\{user}"
