"""Which password a user may choose when resetting it: docs/password-reset.md has the rules.

Length and kinds of characters are checked as at a change of the password
(:func:`idp.directory.passwords.check_length_and_kinds`). As in Active Directory, the password
contains neither the user's name nor a part of the display name. And it is not a common one, nor a
common one in disguise: capital letters, digits for letters, something in front or behind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from idp.directory.passwords import check_length_and_kinds
from idp.directory.users import User

COMMON_PASSWORDS = Path(__file__).with_name("common_passwords.txt")
"""About 4,000 lower-case words, one a line: the head of the list of leaked passwords that the
package zxcvbn (MIT licence) ships, without numbers of fewer than eight digits."""

MIN_NAME_PART = 3
"""Shorter parts of a name are in too many words."""

_DISGUISES = str.maketrans("@4301!$57", "aaeoiisst")
_BETWEEN_NAMES = re.compile(r"[\s,.\-_#]+")
_AROUND = tuple(
    re.compile(pattern)
    for pattern in (r"[\W_]+$", r"^[\W_]+|[\W_]+$", r"[\W\d_]+$", r"^[\W\d_]+|[\W\d_]+$")
)
"""What stands behind and in front of a word: signs, or signs and digits."""


def check_reset_password(new: str, user: User) -> str | None:
    """Return the code of the reason why *user* cannot choose *new*, None if there is none.

    ``new_password_length``, ``new_password_too_simple``, ``new_password_has_name`` or
    ``new_password_common``. The last password may be chosen again.
    """
    fault = check_length_and_kinds(new)
    if fault is not None:
        return fault
    folded = _folded(new)
    if any(part in folded for part in _parts_of_name(user)):
        return "new_password_has_name"
    return "new_password_common" if _is_common(folded) else None


def _parts_of_name(user: User) -> Iterator[str]:
    account = user.upn.partition("@")[0]
    for part in (account, *_BETWEEN_NAMES.split(user.display_name)):
        if len(part) >= MIN_NAME_PART:
            yield _folded(part)


def _is_common(folded: str) -> bool:
    bare = [pattern.sub("", folded) for pattern in _AROUND]
    # What is around a word is taken off first: of "passw0rd1" the 1, not the 0, which is a letter.
    words = {folded, *bare}
    return not words.union(map(_undisguised, words)).isdisjoint(_common_passwords())


def _undisguised(word: str) -> str:
    return word.translate(_DISGUISES)


@cache
def _common_passwords() -> frozenset[str]:
    return frozenset(COMMON_PASSWORDS.read_text("utf-8").split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
