"""Which of a service provider's keys assertions may be encrypted for, from its metadata.

*keys* are pysaml2's KeyDescriptor objects. Source: saml-metadata §2.4.1.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from idp.saml import uris
from idp.saml.certificates import BadCertificate, public_key


def certificates_of(key: Any) -> tuple[str, ...]:
    """Return the certificates in one KeyDescriptor, as base64 without line breaks."""
    return tuple(
        "".join((data.x509_certificate.text or "").split())
        for data in (key.key_info.x509_data if key.key_info else ())
        if data.x509_certificate is not None
    )


def encryption_certificates(keys: Sequence[Any]) -> tuple[str, ...]:
    """Return the RSA certificates for encryption, once each, in the metadata's order.

    A key without ``use`` that is not RSA is taken to be for signatures. Where nothing declared for
    encryption is RSA, that is returned all the same: whoever wants encryption gets no clear text.
    """
    offered = _once(each for key in keys if key.use != "signing" for each in certificates_of(key))
    declared = (each for key in keys if key.use == "encryption" for each in certificates_of(key))
    return tuple(filter(_is_rsa, offered)) or _once(declared)


def sha256_transport(keys: Sequence[Any]) -> tuple[str, ...]:
    """Return the certificates whose EncryptionMethod names SHA-256 for ``rsa-oaep-mgf1p``."""
    return _announcing(keys, lambda methods: any(map(_is_oaep_with_sha256, methods)))


def oaep11_transport(keys: Sequence[Any]) -> tuple[str, ...]:
    """Return those whose EncryptionMethod names ``rsa-oaep`` of version 1.1, all with SHA-256."""
    return _announcing(keys, lambda methods: any(map(_is_oaep11_with_sha256, methods)))


def aes128_content(keys: Sequence[Any]) -> tuple[str, ...]:
    """Return those whose owner announces AES-128 in GCM, and not AES-256."""

    def is_so(methods: Sequence[Any]) -> bool:
        named = {method.algorithm for method in methods}
        return uris.AES128_GCM in named and uris.AES256_GCM not in named

    return _announcing(keys, is_so)


def _announcing(keys: Sequence[Any], is_so: Callable[[Sequence[Any]], bool]) -> tuple[str, ...]:
    return _once(
        each
        for key in keys
        if key.use != "signing" and is_so(key.encryption_method)
        for each in certificates_of(key)
    )


def _is_oaep_with_sha256(method: Any) -> bool:
    return method.algorithm == uris.RSA_OAEP and _digest_of(method) == uris.SHA256


def _is_oaep11_with_sha256(method: Any) -> bool:
    return (
        method.algorithm == uris.RSA_OAEP_11
        and _digest_of(method) == uris.SHA256
        and _named_in(method, uris.XMLENC11, "MGF") == uris.MGF1_SHA256
    )


def _digest_of(method: Any) -> str | None:
    return _named_in(method, uris.XMLDSIG, "DigestMethod")


def _named_in(method: Any, namespace: str, tag: str) -> str | None:
    for child in method.extension_elements:
        if (child.namespace, child.tag) == (namespace, tag):
            algorithm: str | None = child.attributes.get("Algorithm")
            return algorithm
    return None


def _is_rsa(certificate: str) -> bool:
    try:
        return isinstance(public_key(certificate), rsa.RSAPublicKey)
    except BadCertificate:
        return False


def _once(certificates: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(certificates))
