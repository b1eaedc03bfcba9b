"""Reads and writes a token-signing key: a PEM file of mode 0600 and its certificate."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from adapter.errors import TallystickError
from idp import operating_system
from idp.saml.keys import KeyKind, new_key, new_signing_certificate
from idp.saml.signing import SigningKey

CERTIFICATE_DAYS = 365


class KeyFileError(TallystickError):
    """Raised for a key file that is missing, is readable by others, or exists already."""

    code = "key_file"


def load_signing_key(
    key_path: Path, certificate_path: Path, *, passphrase: bytes | None = None
) -> SigningKey:
    """Return the key in two PEM files; *passphrase* decrypts the private key if it is encrypted.

    Raises :class:`KeyFileError` for a file that cannot be read, and
    :class:`~idp.saml.signing.BadSigningKey` if the files are not a key and its certificate.
    """
    certificate = _read(certificate_path)
    return _signing_key(read_private_file(key_path), certificate, passphrase)


@lru_cache(maxsize=8)
def _signing_key(private_key: bytes, certificate: bytes, passphrase: bytes | None) -> SigningKey:
    """Return the key in these PEM texts, cached: checking an RSA key takes 0.1 seconds."""
    return SigningKey.from_pem(private_key, certificate, passphrase=passphrase)


def create_signing_key(
    key_path: Path,
    certificate_path: Path,
    *,
    common_name: str,
    now: datetime,
    kind: KeyKind = "rsa",
    passphrase: bytes | None = None,
) -> SigningKey:
    """Make a key and a self-signed certificate that is valid for a year, and write both files.

    The key is RSA-2048 or ECDSA on P-256, in PKCS#8, encrypted if a *passphrase* is given. Raises
    :class:`KeyFileError` if either file exists already.
    """
    for path in (key_path, certificate_path):
        if path.exists():
            raise _already_there(path)
    pair = new_signing_certificate(
        common_name, now, CERTIFICATE_DAYS, key=new_key(kind), passphrase=passphrase
    )
    write_private_file(certificate_path, pair.certificate)
    write_private_file(key_path, pair.private_key)
    return SigningKey.from_pem(pair.private_key, pair.certificate, passphrase=passphrase)


def read_private_file(path: Path) -> bytes:
    """Return the content of a file. Raises :class:`KeyFileError` if others can read it, too."""
    content = _read(path)
    if operating_system.is_open_to_others(path, 0o077):
        raise KeyFileError(
            f"Others than its owner can read or change {path}",
            f"chmod 600 {path}, and make a new key if somebody may have read it",
            code="key_file_is_open",
        )
    return content


def write_private_file(path: Path, content: bytes) -> None:
    """Write a new file of mode 0600, atomically; it belongs to the owner of its folder.

    Raises :class:`KeyFileError` if there is a file of that name already.
    """
    _write(path, content, operating_system.rename_new)


def replace_private_file(path: Path, content: bytes, *, keep_mode: bool = True) -> None:
    """Write a file, atomically; it replaces any file of that name, and keeps its owner and mode.

    Without such a file, or without *keep_mode*, it has mode 0600.
    """
    _write(path, content, operating_system.rename_over, keep_mode=keep_mode)


def _write(
    path: Path,
    content: bytes,
    put_in_place: Callable[[str, Path], None],
    *,
    keep_mode: bool = False,
) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # mkstemp makes the file with mode 0600.
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                operating_system.take_place_of(file.fileno(), path, keep_mode=keep_mode)
                os.fsync(file.fileno())
            put_in_place(temporary, path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except FileExistsError:
        raise _already_there(path) from None
    except OSError as error:
        raise KeyFileError(
            f"{path} cannot be written: {error.strerror}", "Check the folder"
        ) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(
            f"{path} cannot be read: {error.strerror}", "See [keys] in the configuration"
        ) from None


def _already_there(path: Path) -> KeyFileError:
    return KeyFileError(f"{path} is there already", "Move it away to make a new one")
