"""Encryption for a service provider, written as text in canonical form like what is signed.

Every element has a key of its own, which travels inside KeyInfo as AD FS has it. The content is
AES-256 in GCM, which nobody can alter unseen; CBC is for those who know nothing else.
Sources: xmlenc-core1 §3.1, §5.2 (block encryption) and §5.5.2 (RSA-OAEP with MGF1 on SHA-1).
"""

from __future__ import annotations

import base64
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.padding import PKCS7

from adapter.errors import TallystickError
from idp.saml import uris
from idp.saml.certificates import public_key
from idp.saml.values import Encryption

_KEY_BYTES = 32
_GCM_NONCE_BYTES = 12
_BLOCK_BYTES = 16

_MGF = padding.MGF1(hashes.SHA1())  # noqa: S303  # it is a part of rsa-oaep-mgf1p
_OAEP_SHA1 = padding.OAEP(mgf=_MGF, algorithm=hashes.SHA1(), label=None)  # noqa: S303  # likewise
_OAEP_SHA256 = padding.OAEP(mgf=_MGF, algorithm=hashes.SHA256(), label=None)


class UnusableEncryptionKey(TallystickError):
    """A service provider's key cannot take part in RSA-OAEP."""

    code = "unusable_encryption_key"


def encrypt(element: str, encryption: Encryption) -> str:
    """Return the EncryptedData that stands for *element*, the text of a whole element.

    Raises :class:`UnusableEncryptionKey`, and
    :class:`~idp.saml.certificates.BadCertificate` where there is no key at all.
    """
    key = os.urandom(_KEY_BYTES)
    seal, algorithm = (_cbc, uris.AES256_CBC) if encryption.cbc else (_gcm, uris.AES256_GCM)
    return (
        f'<xenc:EncryptedData xmlns:xenc="{uris.XMLENC}" Type="{uris.ENCRYPTED_ELEMENT}">'
        f'<xenc:EncryptionMethod Algorithm="{algorithm}"></xenc:EncryptionMethod>'
        f'<ds:KeyInfo xmlns:ds="{uris.XMLDSIG}">{_encrypted_key(key, encryption)}</ds:KeyInfo>'
        f"{_cipher_data(seal(key, element.encode()))}</xenc:EncryptedData>"
    )


def _encrypted_key(key: bytes, encryption: Encryption) -> str:
    recipient = public_key(encryption.certificate)
    if not isinstance(recipient, rsa.RSAPublicKey):
        raise UnusableEncryptionKey(
            "The service provider's key for encryption is not RSA",
            "Ask it for an RSA key, or switch encryption off for the trust",
        )
    oaep = _OAEP_SHA256 if encryption.sha256_transport else _OAEP_SHA1
    digest = uris.SHA256 if encryption.sha256_transport else uris.SHA1
    return (
        f'<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{uris.RSA_OAEP}">'
        f'<ds:DigestMethod Algorithm="{digest}"></ds:DigestMethod></xenc:EncryptionMethod>'
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{encryption.certificate}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        f"{_cipher_data(recipient.encrypt(key, oaep))}</xenc:EncryptedKey>"
    )


def _gcm(key: bytes, content: bytes) -> bytes:
    nonce = os.urandom(_GCM_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, None)


def _cbc(key: bytes, content: bytes) -> bytes:
    start = os.urandom(_BLOCK_BYTES)
    padder = PKCS7(8 * _BLOCK_BYTES).padder()  # whose last byte is all that XML Encryption reads
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    padded = padder.update(content) + padder.finalize()
    return start + encryptor.update(padded) + encryptor.finalize()


def _cipher_data(data: bytes) -> str:
    value = base64.b64encode(data).decode("ascii")
    return f"<xenc:CipherData><xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData>"
