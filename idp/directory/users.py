"""A user, and the two ways to write a user's name: ``user@domain`` and ``DOMAIN\\user``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

MAX_NAME_LENGTH = 256

# A mark (U+0300 for all of them here) belongs to the letter before it.
_USER = r"(?!\u0300)[\w\u0300.'!#$%^&~{}+-]{1,64}"
_LABEL = r"(?!\u0300)[\w\u0300-]{1,63}"
_UPN = re.compile(rf"{_USER}@{_LABEL}(\.{_LABEL})*")
# Variation selectors, and the combining grapheme joiner.
_INVISIBLE_MARK = re.compile("[\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_ACCOUNT = re.compile(rf"{_LABEL}(\.{_LABEL})*\\{_USER}")


@dataclass(frozen=True, slots=True)
class User:
    """One user.

    ``upn`` is the canonical name, in lower case. SSO sessions that began before ``valid_from`` have
    ended. If ``must_change``, the user has to choose another password before signing in. If
    ``unreadable``, groups or attributes in the database could not be read; such a user is disabled,
    because policies cannot be applied. ``attributes`` are the values by LDAP name that
    :mod:`idp.directory.attributes` describes. ``security_id`` is empty for a user whose identifier
    follows from the UPN.
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
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    security_id: str = ""

    def is_in_any(self, groups: Collection[str]) -> bool:
        """Say whether the user is in one of these groups; letters in any case."""
        wanted = {group.casefold() for group in groups}
        return any(group.casefold() in wanted for group in self.groups)


def canonical_name(name: str) -> str | None:
    r"""Return the canonical form (lower case, NFC) of a typed name, or None if it is not valid.

    The result is ``user@domain`` or ``domain\user``. As in Active Directory, a domain before the
    backslash may be written in full, by its DNS name: that is the UPN ``user@domain``.
    """
    if len(name) > MAX_NAME_LENGTH:
        return None
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).lower())
    shape = _shape(text)
    if _UPN.fullmatch(shape):
        return text
    if not _ACCOUNT.fullmatch(shape):
        return None
    domain, _, user = text.partition("\\")
    return f"{user}@{domain}" if "." in domain else text


def _shape(text: str) -> str:
    r"""Return *text* with one character for all marks, which ``\w`` does not match.

    Marks are the vowels of Thai and Hindi, and the dot that the lower case of the letter İ has.
    Those that nobody sees are no part of a name.
    """
    if text.isascii():
        return text
    return "".join("\u0300" if _is_visible_mark(each) else each for each in text)


def _is_visible_mark(character: str) -> bool:
    is_mark = unicodedata.category(character).startswith("M")
    return is_mark and not _INVISIBLE_MARK.fullmatch(character)


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
