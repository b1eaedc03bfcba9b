"""What a phone signs, and how a signature is checked: pure, and the same at both ends.

Each call carries ``Authorization: Tallystick device=…, time=…, nonce=…, signature=…``. The
signature is ECDSA over P-256 with SHA-256 in the raw form of WebCrypto (``r‖s``, 64 bytes), made by
the device's key over eight lines: the domain, the server's base URL, the device, the method, the
path with its query, the time, the nonce, and the SHA-256 of the body. So a call is valid at one
server, for one device and one purpose, now, and only once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from adapter.errors import TallystickError
from idp.request_value import request_value

API = "/authenticator/api/"
"""The path of all calls, followed by the name of one."""

DOMAIN = "tallystick phone call 1"
NEW_DEVICE = "new"
"""Stands for the device in the call that activates it, since it has no id yet."""

TOLERANCE = timedelta(seconds=60)
"""How far a call's time may be from the server's, before or after."""

REMEMBERED = timedelta(minutes=10)
"""How long a nonce is kept: longer than its call is fresh, even if the clock is set back."""

MAX_KNOWN_KEYS = 4096
"""Keys of phones that a process keeps loaded, of some two kilobytes each."""

_ECDSA = ec.ECDSA(SHA256())
_HALF = 32
_HEADER = re.compile(
    r"Tallystick device=(?P<device>[A-Za-z0-9_-]{1,64}), time=(?P<time>[0-9]{13}), "
    r"nonce=(?P<nonce>[A-Za-z0-9_-]{16,64}), signature=(?P<signature>[A-Za-z0-9_-]{86})",
    re.ASCII,
)


class SignatureRefused(TallystickError):
    """Raised for a call that is not signed, not fresh, a repetition, or from an unknown device."""


@request_value
class SignedRequest:
    """What a signature covers of one request; ``target`` is the path with the query, as sent."""

    audience: str
    method: str
    target: str
    body: bytes = b""


@request_value
class Stamp:
    """The calling device, the time (milliseconds since 1970, UTC), and a value used only once."""

    device: str
    time: int
    nonce: str

    @property
    def at(self) -> datetime:
        """The time of the call, by the phone's clock."""
        return datetime.fromtimestamp(self.time / 1000, UTC)


def signed_text(call: SignedRequest, stamp: Stamp) -> bytes:
    """Return the eight lines; no value can contain a line break, so they are unambiguous."""
    digest = hashlib.sha256(call.body).hexdigest()
    lines = (DOMAIN, call.audience, stamp.device, call.method, call.target,
             str(stamp.time), stamp.nonce, digest)  # fmt: skip
    return "\n".join(lines).encode()


def sign(call: SignedRequest, stamp: Stamp, key: ec.EllipticCurvePrivateKey) -> str:
    """Return the ``Authorization`` header of *call*."""
    r, s = decode_dss_signature(key.sign(signed_text(call, stamp), _ECDSA))
    signature = _base64url(r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big"))
    return (
        f"Tallystick device={stamp.device}, time={stamp.time}, "
        f"nonce={stamp.nonce}, signature={signature}"
    )


def read_header(header: str | None) -> tuple[Stamp, bytes]:
    """Return the stamp and the raw signature of an ``Authorization`` header.

    Raises :class:`SignatureRefused` (``not_signed``) if it is missing or of another kind.
    """
    found = _HEADER.fullmatch(header or "")
    if found is None:
        raise SignatureRefused(
            "The call is not signed by a phone", "Sign it with the device's key", code="not_signed"
        )
    stamp = Stamp(found["device"], int(found["time"]), found["nonce"])
    return stamp, base64.urlsafe_b64decode(found["signature"] + "==")


def check_signature(
    call: SignedRequest, stamp: Stamp, signature: bytes, key: ec.EllipticCurvePublicKey
) -> None:
    """Raise :class:`SignatureRefused` (``bad_signature``) unless the key signed this call."""
    r, s = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
    try:
        key.verify(encode_dss_signature(r, s), signed_text(call, stamp), _ECDSA)
    except InvalidSignature:
        raise SignatureRefused(
            "The signature does not fit the call",
            f"Sign with the device's own key, and call this server by its address {call.audience}",
            code="bad_signature",
        ) from None


def check_fresh(stamp: Stamp, now: datetime) -> None:
    """Raise :class:`SignatureRefused` (``stale_call``) if the call's time is far from *now*."""
    if abs(now - stamp.at) > TOLERANCE:
        raise SignatureRefused(
            "The call's time is more than a minute off",
            "Set the clock by server_time and call again",
            code="stale_call",
        )


def read_public_key(text: str) -> bytes:
    """Return the DER of a P-256 public key given as Base64 of its SubjectPublicKeyInfo.

    Raises :class:`SignatureRefused` (``bad_key``) for anything else.
    """
    try:
        der = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _not_p256() from None
    read_key(der)
    return der


def read_key(der: bytes) -> ec.EllipticCurvePublicKey:
    """Return the P-256 key of its DER; raises :class:`SignatureRefused` (``bad_key``)."""
    try:
        key = load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _not_p256() from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise _not_p256()
    return key


@lru_cache(MAX_KNOWN_KEYS)
def known_key(der: bytes) -> ec.EllipticCurvePublicKey:
    """Return the key of a registered phone, which calls again and again.

    Loading it takes a quarter of what checking a signature takes. Keys that are only offered must
    not come here: anybody can make as many as there is memory for.
    """
    return read_key(der)


def _not_p256() -> SignatureRefused:
    return SignatureRefused(
        "The public key is not a P-256 key",
        "Send its SubjectPublicKeyInfo in Base64",
        code="bad_key",
    )


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
