"""Finds the keys in a service provider's metadata for which assertions may be encrypted.

In all functions *keys* are KeyDescriptor objects of pysaml2. Source: saml-metadata §2.4.1.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from idp.saml import uris
from idp.saml.certificates import BadCertificate, public_key


def certificates_of(key: Any) -> tuple[str, ...]:
    """Return the certificates in one KeyDescriptor, in base64 without line breaks."""
    return tuple(
        "".join((data.x509_certificate.text or "").split())
        for data in (key.key_info.x509_data if key.key_info else ())
        if data.x509_certificate is not None
    )


def encryption_certificates(keys: Sequence[Any], min_rsa_bits: int) -> tuple[str, ...]:
    """Return the RSA certificates for encryption, once each, in the metadata's order.

    A key without ``use`` that is not RSA counts as a signing key. If no key is RSA with
    *min_rsa_bits*, those declared for encryption are returned: then encryption fails, instead of
    being left out.
    """
    usable = _certificates_of_keys(key for key in keys if key.use != "signing")
    declared = _certificates_of_keys(key for key in keys if key.use == "encryption")
    return tuple(each for each in usable if is_rsa(each, min_rsa_bits)) or declared


def sha256_transport(keys: Sequence[Any]) -> tuple[str, ...]:
    """Return the certificates whose EncryptionMethod names SHA-256 for ``rsa-oaep-mgf1p``."""
    return _select(keys, lambda methods: any(map(_is_oaep_with_sha256, methods)))


def oaep11_transport(keys: Sequence[Any]) -> tuple[str, ...]:
    """Return those whose EncryptionMethod names ``rsa-oaep`` of version 1.1, all with SHA-256."""
    return _select(keys, lambda methods: any(map(_is_oaep11_with_sha256, methods)))


def aes128_content(keys: Sequence[Any]) -> tuple[str, ...]:
    """Return those whose EncryptionMethod names AES-128 in GCM, and not AES-256."""

    def matches(methods: Sequence[Any]) -> bool:
        named = {method.algorithm for method in methods}
        return uris.AES128_GCM in named and uris.AES256_GCM not in named

    return _select(keys, matches)


def _select(keys: Sequence[Any], matches: Callable[[Sequence[Any]], bool]) -> tuple[str, ...]:
    return _certificates_of_keys(
        key for key in keys if key.use != "signing" and matches(key.encryption_method)
    )


def _certificates_of_keys(keys: Iterable[Any]) -> tuple[str, ...]:
    """Return the certificates in several KeyDescriptors, once each."""
    certificates = (certificate for key in keys for certificate in certificates_of(key))
    return tuple(dict.fromkeys(certificates))


def _is_oaep_with_sha256(method: Any) -> bool:
    return method.algorithm == uris.RSA_OAEP and _has_sha256(method)


def _is_oaep11_with_sha256(method: Any) -> bool:
    return (
        method.algorithm == uris.RSA_OAEP_11
        and _has_sha256(method)
        and _algorithm_in(method, uris.XMLENC11, "MGF") == uris.MGF1_SHA256
    )


def _has_sha256(method: Any) -> bool:
    return _algorithm_in(method, uris.XMLDSIG, "DigestMethod") == uris.SHA256


def _algorithm_in(method: Any, namespace: str, tag: str) -> str | None:
    for child in method.extension_elements:
        if (child.namespace, child.tag) == (namespace, tag):
            algorithm: str | None = child.attributes.get("Algorithm")
            return algorithm
    return None


def is_rsa(certificate: str, min_rsa_bits: int) -> bool:
    """Say whether the key in *certificate* is RSA, and one that a trust so set uses."""
    try:
        return isinstance(public_key(certificate, min_rsa_bits), rsa.RSAPublicKey)
    except BadCertificate:
        return False
