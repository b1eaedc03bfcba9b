"""The NT hash of a password: what Windows stores of it, and what MS-CHAP proves.

It has no salt, and whoever has it can answer MS-CHAP without the password. So it is only kept for
users of whom an administrator asks it: docs/nps-ms-chap.md says what that costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from idp.directory.md4 import md4
from idp.directory.passwords import normalize

NT_HASH_LENGTH: Final = 16


def nt_hash(password: str) -> bytes:
    """Return the NT hash of a password: MD4 of its UTF-16, 16 octets (RFC 2759 §8.3).

    Accented letters are composed first, as keyboards of Windows write them.
    """
    return md4(normalize(password).encode("utf-16-le", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class KeptNtHash:
    """That an administrator wants a user's NT hash kept, for administrators: never the hash.

    ``is_kept`` is false until the user next gives the right password, because the hash can only be
    computed then. ``wanted_by`` is the name of the administrator.
    """

    wanted_at: datetime
    wanted_by: str
    is_kept: bool


class NtHashStore(Protocol):
    """Storage of NT hashes, each bound to the user's UPN and to the present password hash.

    A hash that was kept beside another password hash is never found: so no change of the password,
    by whatever path, leaves the old password's NT hash in use.
    """

    def want(self, upn: str, by: str, now: datetime) -> bool:
        """Store that the NT hash of a user is to be kept; return False if there is no such user."""

    def drop(self, upn: str) -> bool:
        """Delete a user's NT hash and that it is to be kept; return False if it was not."""

    def is_due(self, upn: str, password_hash: str) -> bool:
        """Say whether the NT hash is to be kept, and none is found for this password hash."""

    def keep(self, upn: str, password_hash: str, found: bytes) -> None:
        """Store an NT hash, if it is to be kept and *password_hash* is still the user's."""

    def find(self, upn: str, password_hash: str) -> bytes | None:
        """Return the NT hash that was kept beside this password hash, None if there is none.

        It takes as long for users without one, and for names that nobody has.
        """

    def kept(self, upn: str | None = None) -> dict[str, KeptNtHash]:
        """Return those that are to be kept by UPN, of one user or of all."""
