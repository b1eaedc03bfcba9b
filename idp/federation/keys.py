"""The token-signing key: a file of mode 0600 and its certificate, made once, never overwritten."""

from __future__ import annotations

import os
import stat
import tempfile
from datetime import datetime
from pathlib import Path

from adapter.errors import TallystickError
from idp.saml.keys import new_signing_certificate
from idp.saml.signing import SigningKey

CERTIFICATE_DAYS = 365


class KeyFileError(TallystickError):
    """Raised for a key file that is missing, can be read by others, or is there already."""

    code = "key_file"


def load_signing_key(key_path: Path, certificate_path: Path) -> SigningKey:
    """Return the key in two PEM files.

    Raises :class:`KeyFileError`, and :class:`~idp.saml.signing.BadSigningKey` when they are no
    key and its certificate.
    """
    certificate = _read(certificate_path)
    return SigningKey.from_pem(read_private_file(key_path), certificate)


def create_signing_key(
    key_path: Path, certificate_path: Path, *, common_name: str, now: datetime
) -> SigningKey:
    """Make an RSA-2048 key and a self-signed certificate for a year, and write both files.

    Raises :class:`KeyFileError` when either is there already.
    """
    for path in (key_path, certificate_path):
        if path.exists():
            raise _already_there(path)
    pair = new_signing_certificate(common_name, now, CERTIFICATE_DAYS)
    write_private_file(certificate_path, pair.certificate)
    write_private_file(key_path, pair.private_key)
    return SigningKey.from_pem(pair.private_key, pair.certificate)


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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Made with mode 0600 from the start; the link fails where the name is taken.
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.link(temporary, path)
        finally:
            os.unlink(temporary)
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
