"""Reads and writes a token-signing key: a PEM file of mode 0600 and its certificate."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from idp.federation.token_signing.private_files import (
    already_there,
    read_file,
    read_private_file,
    write_private_file,
)
from idp.saml.keys import KeyKind, new_key, new_signing_certificate
from idp.saml.signing import SigningKey

CERTIFICATE_DAYS = 365


def load_signing_key(
    key_path: Path, certificate_path: Path, *, passphrase: bytes | None = None
) -> SigningKey:
    """Return the key in two PEM files; *passphrase* decrypts the private key if it is encrypted.

    Raises :class:`~idp.federation.token_signing.private_files.KeyFileError` for a file that cannot
    be read, and :class:`~idp.saml.signing.BadSigningKey` if the files are not a key and its
    certificate.
    """
    certificate = read_file(certificate_path)
    return _signing_key(read_private_file(key_path), certificate, passphrase)


@lru_cache(maxsize=8)
def _signing_key(private_key: bytes, certificate: bytes, passphrase: bytes | None) -> SigningKey:
    """Return the key in these PEM texts, cached: to check an RSA key costs a hundred signatures."""
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
    :class:`~idp.federation.token_signing.private_files.KeyFileError` if either file exists already.
    """
    for path in (key_path, certificate_path):
        if path.exists():
            raise already_there(path)
    pair = new_signing_certificate(
        common_name, now, CERTIFICATE_DAYS, key=new_key(kind), passphrase=passphrase
    )
    write_private_file(certificate_path, pair.certificate)
    write_private_file(key_path, pair.private_key)
    return _signing_key(pair.private_key, pair.certificate, passphrase)
