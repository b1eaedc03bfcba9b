"""Which public keys are used at all: one policy for import, refresh and every use.

RSA of 2048 bits or more (NIST SP 800-131A §3), and the NIST curves that XML Signature names
(xmldsig-core1 §6.4.3). Every other key is refused wherever it stands. Only a trust that is set to
``min_rsa_bits=1024`` uses shorter RSA keys, and they are a weakness to warn of even then.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec, rsa

MIN_RSA_BITS = 2048
MIN_RSA_BITS_OF_OLD_TRUSTS = 1024
"""The least that a trust can be set to: no setting makes a shorter key usable."""

CURVES = ("secp256r1", "secp384r1", "secp521r1")


def weakness_of(
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, min_rsa_bits: int = MIN_RSA_BITS
) -> str | None:
    """Say why *key* is not used, as the end of a sentence; None for a key that is.

    *min_rsa_bits* is that setting of the trust whose key it is.
    """
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < min_rsa_bits:
            return f"RSA key has {key.key_size} bits, fewer than {min_rsa_bits}"
    elif key.curve.name not in CURVES:
        return f"key is on the curve {key.curve.name}, which is none of {', '.join(CURVES)}"
    return None
