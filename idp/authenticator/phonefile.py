"""The file in which a phone keeps its accounts and their keys: mode 0600, replaced as a whole."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from adapter.errors import TallystickError
from idp import operating_system


class PhoneFileError(TallystickError):
    """Raised when the file of a phone cannot be used, or has no account."""

    code = "phone_file"


@dataclass(frozen=True, slots=True)
class Account:
    """One activated account: its server, its user, and the device's private key (PEM).

    ``seed`` is the Base32 source of its codes, or None. ``ca_file`` is the file of the CA
    certificate that the server's certificate is checked with, or None for those of the system.
    """

    server: str
    user: str
    issuer: str
    device_id: str
    device_name: str
    platform: str
    app_version: str
    private_key: str = field(repr=False)  # a failed test prints what it holds
    seed: str | None = field(default=None, repr=False)
    ca_file: str | None = None

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """The private key, loaded from its PEM."""
        key = load_pem_private_key(self.private_key.encode(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise PhoneFileError(f"The key of {self.user} is of another kind", "Activate again")
        return key


class PhoneFile:
    """The accounts in one file; a file that does not exist has none."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def accounts(self) -> tuple[Account, ...]:
        """Return the accounts, oldest first.

        Raises :class:`PhoneFileError` if users other than its owner can read the file, or if it is
        not the file of a phone.
        """
        try:
            with self.path.open(encoding="utf-8") as file:
                self._must_be_private(file.fileno())
                return _accounts(json.load(file))
        except FileNotFoundError:
            return ()
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise PhoneFileError(
                f"{self.path} is not the file of a phone", "Name another file"
            ) from None

    def add(self, account: Account) -> None:
        """Add *account*; an older one of the same user at the same server is replaced."""
        others = [kept for kept in self.accounts() if not _same(kept, account)]
        self._write([*others, account])

    def _must_be_private(self, descriptor: int) -> None:
        if operating_system.is_open_to_others(descriptor, 0o077):
            raise PhoneFileError(
                f"{self.path} holds keys and others may read it", f"Run chmod 600 {self.path}"
            )

    def _write(self, accounts: Sequence[Account]) -> None:
        """Replace the file by a new one, so that a reader sees the old or the new one in full."""
        text = json.dumps({"accounts": [asdict(account) for account in accounts]}, indent=2)
        folder = self.path.absolute().parent
        handle, temporary = tempfile.mkstemp(prefix=self.path.name, dir=folder)  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text + "\n")
                file.flush()
                operating_system.take_place_of(file.fileno(), self.path, keep_mode=False)
                os.fsync(file.fileno())
            operating_system.rename_over(temporary, self.path)
        except BaseException:
            os.unlink(temporary)
            raise


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return the key pair of a new device (P-256)."""
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: ec.EllipticCurvePrivateKey) -> str:
    """Return a private key as the file has it (PKCS#8 PEM, not encrypted)."""
    raw = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return raw.decode()


def _accounts(content: dict[str, list[dict[str, str | None]]]) -> tuple[Account, ...]:
    names = {field.name for field in fields(Account)}
    accounts = content["accounts"]
    return tuple(
        Account(**{name: value for name, value in kept.items() if name in names})  # type: ignore[arg-type]  # JSON
        for kept in accounts
    )


def _same(one: Account, other: Account) -> bool:
    return (one.server, one.user) == (other.server, other.user)
