"""Which public keys are used at all: one policy for import, refresh and every use.

RSA of 2048 bits or more (NIST SP 800-131A §3), and the NIST curves that XML Signature names
(xmldsig-core1 §6.4.3). Every other key is refused wherever it stands.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec, rsa

MIN_RSA_BITS = 2048
CURVES = ("secp256r1", "secp384r1", "secp521r1")


def weakness_of(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> str | None:
    """Say why *key* is not used, as the end of a sentence; None for a key that is."""
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < MIN_RSA_BITS:
            return f"RSA key has {key.key_size} bits, fewer than {MIN_RSA_BITS}"
    elif key.curve.name not in CURVES:
        return f"key is on the curve {key.curve.name}, which is none of {', '.join(CURVES)}"
    return None
