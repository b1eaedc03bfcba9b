"""The token-signing key: a file of mode 0600 and its certificate, made once, never overwritten."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from adapter.errors import TallystickError
from idp.saml.keys import KeyKind, new_key, new_signing_certificate
from idp.saml.signing import SigningKey

CERTIFICATE_DAYS = 365


class KeyFileError(TallystickError):
    """Raised for a key file that is missing, can be read by others, or is there already."""

    code = "key_file"


def load_signing_key(
    key_path: Path, certificate_path: Path, *, passphrase: bytes | None = None
) -> SigningKey:
    """Return the key in two PEM files; *passphrase* opens the private one where it is encrypted.

    Raises :class:`KeyFileError`, and :class:`~idp.saml.signing.BadSigningKey` when they are no
    key and its certificate.
    """
    certificate = _read(certificate_path)
    return _signing_key(read_private_file(key_path), certificate, passphrase)


@lru_cache(maxsize=8)
def _signing_key(private_key: bytes, certificate: bytes, passphrase: bytes | None) -> SigningKey:
    """Return the key of these texts; to prove that an RSA key is one takes a tenth of a second."""
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
    """Make a key and a self-signed certificate for a year, and write both files.

    The key is RSA-2048 or ECDSA on P-256, in PKCS#8, encrypted where there is a *passphrase*.
    Raises :class:`KeyFileError` when either file is there already.
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
    """Return the content of a file that only its owner can read; raises :class:`KeyFileError`."""
    content = _read(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileError(
            f"Others than its owner can read or change {path}",
            f"chmod 600 {path}, and make a new key if somebody may have read it",
            code="key_file_is_open",
        )
    return content


def write_private_file(path: Path, content: bytes) -> None:
    """Write a new file of mode 0600: whole or not at all, and never over another.

    Raises :class:`KeyFileError`.
    """
    _write(path, content, os.link)  # which fails where the name is taken


def replace_private_file(path: Path, content: bytes) -> None:
    """Write a file of mode 0600, whole or not at all, in the place of any other."""
    _write(path, content, os.replace)


def _write(path: Path, content: bytes, name_it: Callable[[str, Path], None]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Made with mode 0600 from the start.
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            name_it(temporary, path)
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
