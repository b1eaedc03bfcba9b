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
    """One user.

    ``upn`` is the canonical name, in lower case. SSO sessions that began before ``valid_from`` have
    ended. If ``must_change``, the user has to choose another password before signing in. If
    ``unreadable``, the groups in the database could not be read; such a user is disabled, because
    policies cannot be applied.
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


def canonical_name(name: str) -> str | None:
    """Return the canonical form (lower case, NFC) of a typed name, or None if it is not valid.

    The result is ``user@domain`` or ``domain\\user``, as the name was typed.
    """
    if len(name) > MAX_NAME_LENGTH:
        return None
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).lower())
    return text if _UPN.fullmatch(text) or _ACCOUNT.fullmatch(text) else None


def canonical_upn(name: str) -> str | None:
    """Return the canonical form of a ``user@domain`` name, or None if it is not one."""
    text = canonical_name(name)
    return text if text and "@" in text else None


def account_key(upn: str) -> str:
    """Return the canonical form of the ``DOMAIN\\user`` name of the user with this UPN."""
    user, _, domain = upn.partition("@")
    return f"{domain.partition('.')[0]}\\{user}"


def windows_account_name(upn: str) -> str:
    """Return ``DOMAIN\\user`` for a UPN; DOMAIN is the first label of its domain."""
    domain, _, user = account_key(upn).partition("\\")
    return f"{domain.upper()}\\{user}"
