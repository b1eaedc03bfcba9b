"""Signs with our own key: hashes text that is canonical XML already, and signs the hash.

Sources: xmldsig-core §4, exclusive c14n, RFC 4051 §2.3.6 (the form of an ECDSA signature).
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from adapter.errors import TallystickError
from idp.saml import canonical, uris
from idp.saml.certificates import encode_certificate

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_ALGORITHMS = {
    # signature method   hash             digest method, and its function
    uris.RSA_SHA1:     (hashes.SHA1(),    uris.SHA1,   hashlib.sha1),  # noqa: S303 - for trusts that are set to it
    uris.RSA_SHA256:   (hashes.SHA256(),  uris.SHA256, hashlib.sha256),
    uris.ECDSA_SHA256: (hashes.SHA256(),  uris.SHA256, hashlib.sha256),
}  # fmt: skip
_P256_BYTES = 32
_MIN_RSA_BITS = 2048


class BadSigningKey(TallystickError):
    """Raised for a private key and certificate that cannot be used for signing."""

    code = "bad_signing_key"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, its certificate (base64 of the DER), and the signature algorithm (a URI)."""

    private_key: PrivateKey
    certificate: str
    algorithm: str

    @classmethod
    def from_pem(
        cls,
        private_key: bytes | str,
        certificate: bytes | str,
        *,
        passphrase: bytes | None = None,
    ) -> SigningKey:
        """Return the key in two PEM texts: RSA of at least 2048 bits, or ECDSA on P-256.

        Raises :class:`BadSigningKey` if one cannot be read, or they do not belong together.
        """
        try:
            key = serialization.load_pem_private_key(_bytes(private_key), passphrase)
            x509_certificate = x509.load_pem_x509_certificate(_bytes(certificate))
        except (ValueError, TypeError):
            raise BadSigningKey(
                "The signing key or its certificate cannot be read",
                "Give both as PEM, and the passphrase if there is one",
            ) from None
        if _spki(key.public_key()) != _spki(x509_certificate.public_key()):
            raise BadSigningKey(
                "The signing key and the certificate do not belong together",
                "Give the certificate that was made for this key",
            )
        return cls(_check_key(key), encode_certificate(x509_certificate), _default_algorithm(key))

    def with_algorithm(self, algorithm: str) -> SigningKey:
        """Return the key with another signature algorithm; a key that is not RSA keeps its own."""
        if algorithm == self.algorithm or not isinstance(self.private_key, rsa.RSAPrivateKey):
            return self
        return replace(self, algorithm=algorithm)

    def sign(self, data: bytes) -> bytes:
        """Return the signature of *data* in the form of XML Signature and the Redirect binding."""
        algorithm = _ALGORITHMS[self.algorithm][0]
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key.sign(data, padding.PKCS1v15(), algorithm)
        r, s = decode_dss_signature(self.private_key.sign(data, ec.ECDSA(algorithm)))
        return r.to_bytes(_P256_BYTES) + s.to_bytes(_P256_BYTES)


def sign_enveloped(head: str, tail: str, element_id: str, key: SigningKey) -> str:
    """Return *head* + signature + *tail*: an element with an enveloped signature.

    *head* and *tail* together are the element in exclusive canonical form, and ``element_id`` is
    its ID. The result is in canonical form again, so it can be part of another signed element.
    """
    _, method, digest_of = _ALGORITHMS[key.algorithm]
    digest = _base64(digest_of((head + tail).encode("utf-8")).digest())
    signed_info = (
        f'{_C14N}<ds:SignatureMethod Algorithm="{key.algorithm}"></ds:SignatureMethod>'
        f'<ds:Reference URI="#{canonical.attribute(element_id)}">{_TRANSFORMS}'
        f'<ds:DigestMethod Algorithm="{method}"></ds:DigestMethod>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    )
    # Alone, SignedInfo declares its namespace; inside Signature it inherits it.
    signed = f'<ds:SignedInfo xmlns:ds="{uris.XMLDSIG}">{signed_info}</ds:SignedInfo>'
    value = _base64(key.sign(signed.encode("utf-8")))
    return (
        f'{head}<ds:Signature xmlns:ds="{uris.XMLDSIG}"><ds:SignedInfo>{signed_info}'
        f"</ds:SignedInfo><ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo>"
        f"<ds:X509Data><ds:X509Certificate>{key.certificate}</ds:X509Certificate></ds:X509Data>"
        f"</ds:KeyInfo></ds:Signature>{tail}"
    )


_C14N = f'<ds:CanonicalizationMethod Algorithm="{uris.EXCLUSIVE_C14N}"></ds:CanonicalizationMethod>'
_TRANSFORMS = (
    f'<ds:Transforms><ds:Transform Algorithm="{uris.ENVELOPED}"></ds:Transform>'
    f'<ds:Transform Algorithm="{uris.EXCLUSIVE_C14N}"></ds:Transform></ds:Transforms>'
)


def _check_key(key: object) -> PrivateKey:
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _MIN_RSA_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise BadSigningKey(
        "The signing key is neither RSA of at least 2048 bits nor ECDSA on P-256",
        "Make a new one",
    )


def _default_algorithm(key: object) -> str:
    return uris.RSA_SHA256 if isinstance(key, rsa.RSAPrivateKey) else uris.ECDSA_SHA256


def _spki(key: object) -> bytes:
    public_bytes = getattr(key, "public_bytes")  # noqa: B009  # any kind of key may stand in a PEM
    info: bytes = public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return info


def _bytes(pem: bytes | str) -> bytes:
    return pem.encode("utf-8") if isinstance(pem, str) else pem


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
