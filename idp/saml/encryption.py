"""Encrypts elements for a service provider, written as text in canonical form.

Every element has a new key, which is inside KeyInfo as in AD FS. The content is encrypted with AES
in GCM, which detects changes; CBC is only for service providers that support nothing better.
Sources: xmlenc-core1 §3.1, §5.2 (block encryption) and §5.5.2 (RSA-OAEP).
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.padding import PKCS7

from adapter.errors import TallystickError
from idp.saml import uris
from idp.saml.certificates import BadCertificate, public_key
from idp.saml.values import Encryption

_AES256_BYTES, _AES128_BYTES = 32, 16
_GCM_NONCE_BYTES = 12
_BLOCK_BYTES = 16

_SHA1_MASK = padding.MGF1(hashes.SHA1())  # noqa: S303  # rsa-oaep-mgf1p prescribes it
_OAEP = padding.OAEP(mgf=_SHA1_MASK, algorithm=hashes.SHA1(), label=None)  # noqa: S303  # likewise
_OAEP_SHA256 = padding.OAEP(mgf=_SHA1_MASK, algorithm=hashes.SHA256(), label=None)
_OAEP_11 = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
_MGF = f'<xenc11:MGF xmlns:xenc11="{uris.XMLENC11}" Algorithm="{uris.MGF1_SHA256}"></xenc11:MGF>'


class UnusableEncryptionKey(TallystickError):
    """Raised for a service provider's key that RSA-OAEP cannot use."""

    code = "unusable_encryption_key"


def encrypt(element: str, encryption: Encryption) -> str:
    """Return the EncryptedData that replaces *element*, the text of a whole element.

    Raises :class:`UnusableEncryptionKey`.
    """
    seal, algorithm, size = _content(encryption)
    key = os.urandom(size)
    return (
        f'<xenc:EncryptedData xmlns:xenc="{uris.XMLENC}" Type="{uris.ENCRYPTED_ELEMENT}">'
        f'<xenc:EncryptionMethod Algorithm="{algorithm}"></xenc:EncryptionMethod>'
        f'<ds:KeyInfo xmlns:ds="{uris.XMLDSIG}">{_encrypted_key(key, encryption)}</ds:KeyInfo>'
        f"{_cipher_data(seal(key, element.encode()))}</xenc:EncryptedData>"
    )


def _encrypted_key(key: bytes, encryption: Encryption) -> str:
    oaep, method = _transport(encryption)
    return (
        f"<xenc:EncryptedKey>{method}"
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{encryption.certificate}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        f"{_cipher_data(_encrypt_key(key, encryption, oaep))}</xenc:EncryptedKey>"
    )


def _encrypt_key(key: bytes, encryption: Encryption, oaep: padding.OAEP) -> bytes:
    """Return *key* encrypted; whatever is wrong with the certificate is one kind of error."""
    try:
        recipient = public_key(encryption.certificate, encryption.min_rsa_bits)
        if isinstance(recipient, rsa.RSAPublicKey):
            return recipient.encrypt(key, oaep)
        fault = "it is not RSA"
    except BadCertificate as error:
        fault = error.problem
    except (ValueError, UnsupportedAlgorithm) as error:
        fault = type(error).__name__
    raise UnusableEncryptionKey(
        f"The service provider's key for encryption cannot be used: {fault}",
        "Ask it for an RSA key of 2048 bits or more, switch encryption off for the trust, or allow "
        "RSA keys from 1024 bits on: tallystick sp set ID min_rsa_bits=1024",
    )


def _content(encryption: Encryption) -> tuple[Callable[[bytes, bytes], bytes], str, int]:
    """Return the function that encrypts content, its algorithm URI, and the key size in bytes."""
    if encryption.cbc:
        return _cbc, uris.AES256_CBC, _AES256_BYTES
    if encryption.aes128:
        return _gcm, uris.AES128_GCM, _AES128_BYTES
    return _gcm, uris.AES256_GCM, _AES256_BYTES


def _transport(encryption: Encryption) -> tuple[padding.OAEP, str]:
    """Return the padding that encrypts the key, and its EncryptionMethod element."""
    if encryption.oaep11_transport:
        return _OAEP_11, _method(uris.RSA_OAEP_11, uris.SHA256, _MGF)
    if encryption.sha256_transport:
        return _OAEP_SHA256, _method(uris.RSA_OAEP, uris.SHA256)
    return _OAEP, _method(uris.RSA_OAEP, uris.SHA1)


def _method(algorithm: str, digest: str, mask: str = "") -> str:
    return (
        f'<xenc:EncryptionMethod Algorithm="{algorithm}">'
        f'<ds:DigestMethod Algorithm="{digest}"></ds:DigestMethod>{mask}</xenc:EncryptionMethod>'
    )


def _gcm(key: bytes, content: bytes) -> bytes:
    nonce = os.urandom(_GCM_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, None)


def _cbc(key: bytes, content: bytes) -> bytes:
    start = os.urandom(_BLOCK_BYTES)
    padder = PKCS7(8 * _BLOCK_BYTES).padder()  # XML Encryption reads only the last byte of it
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    padded = padder.update(content) + padder.finalize()
    return start + encryptor.update(padded) + encryptor.finalize()


def _cipher_data(data: bytes) -> str:
    value = base64.b64encode(data).decode("ascii")
    return f"<xenc:CipherData><xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData>"
