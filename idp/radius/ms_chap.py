"""MS-CHAPv2 (RFC 2759) in RADIUS (RFC 2548): judges a response, and writes what answers it.

The server holds the NT hash of the password and never sees the password. ``challenge`` is always
the value of MS-CHAP-Challenge, which the VPN server drew. ``user_name`` is the User-Name as the
client sent it, in its spelling: the response is made over it.
"""

from __future__ import annotations

import hashlib
import hmac
from enum import IntEnum
from typing import Final, NamedTuple

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from idp.directory.md4 import md4
from idp.radius.attributes import MICROSOFT, MS_CHAP2_SUCCESS, MS_CHAP_ERROR
from idp.radius.mppe import key_attributes, mppe_keys
from idp.radius.packet import Attribute, MalformedPacket, Packet, vendor_attribute

__all__ = [
    "CHALLENGE_LENGTH",
    "ErrorCode",
    "Response",
    "accept_attributes",
    "challenge_hash",
    "error_attribute",
    "is_right",
    "mppe_keys",
    "read_response",
    "success_text",
]

CHALLENGE_LENGTH: Final = 16
_RESPONSE_LENGTH: Final = 50

_SIGNING: Final = b"Magic server to client signing constant"
_PAD: Final = b"Pad to make it do more than one iteration"


class ErrorCode(IntEnum):
    """Why a sign-in failed, as MS-CHAP-Error says it (RFC 2759 §6)."""

    RESTRICTED_LOGON_HOURS = 646
    ACCOUNT_DISABLED = 647
    PASSWORD_EXPIRED = 648
    NO_DIALIN_PERMISSION = 649
    AUTHENTICATION_FAILURE = 691
    CHANGING_PASSWORD = 709


_MESSAGES: Final = {
    ErrorCode.RESTRICTED_LOGON_HOURS: "Sign-in is not allowed at this time",
    ErrorCode.ACCOUNT_DISABLED: "Account disabled",
    ErrorCode.PASSWORD_EXPIRED: "Password expired",
    ErrorCode.NO_DIALIN_PERMISSION: "Dial-in is not allowed",
    ErrorCode.AUTHENTICATION_FAILURE: "Authentication failed",
    ErrorCode.CHANGING_PASSWORD: "Password change failed",
}


class Response(NamedTuple):
    """What the client answered: ``peer_challenge`` has 16 octets, ``nt_response`` 24."""

    identifier: int
    peer_challenge: bytes
    nt_response: bytes


def read_response(value: bytes) -> Response:
    """Read the value of an MS-CHAP2-Response attribute (RFC 2548 §2.3.2)."""
    if len(value) != _RESPONSE_LENGTH:
        raise MalformedPacket(f"MS-CHAP2-Response has {len(value)} octets")
    if value[1] or any(value[18:26]):
        raise MalformedPacket("MS-CHAP2-Response has flags or reserved octets that are not 0")
    return Response(value[0], value[2:18], value[26:])


def is_right(response: Response, challenge: bytes, user_name: str, password_hash: bytes) -> bool:
    """Return whether *response* was made with the password of this NT hash (RFC 2759 §8.1)."""
    hashed = challenge_hash(response, challenge, user_name)
    keys = password_hash.ljust(21, b"\0")
    expected = b"".join(_des(keys[at : at + 7], hashed) for at in (0, 7, 14))
    return hmac.compare_digest(expected, response.nt_response)


def success_text(response: Response, challenge: bytes, user_name: str, password_hash: bytes) -> str:
    """Return ``S=`` and 40 hexadecimal digits: the server's proof that it has the hash, too.

    The client refuses a server that cannot give it (RFC 2759 §8.7).
    """
    proof = _sha1(md4(password_hash) + response.nt_response + _SIGNING)
    proof = _sha1(proof + challenge_hash(response, challenge, user_name) + _PAD)
    return f"S={proof.hex().upper()}"


def accept_attributes(
    request: Packet,
    response: Response,
    challenge: bytes,
    user_name: str,
    password_hash: bytes,
    secret: bytes,
    salts: bytes,
) -> tuple[Attribute, ...]:
    """Return what an Access-Accept says to a right response: MS-CHAP2-Success and the MPPE keys.

    *salts* are four random octets.
    """
    text = success_text(response, challenge, user_name, password_hash)
    keys = mppe_keys(password_hash, response.nt_response)
    return (
        _text_attribute(MS_CHAP2_SUCCESS, response.identifier, text),
        *key_attributes(keys, secret, request.authenticator, salts),
    )


def error_attribute(
    identifier: int, code: int, challenge: bytes, *, retry: bool = False
) -> Attribute:
    """Return the MS-CHAP-Error of an Access-Reject (RFC 2759 §6).

    *identifier* is that of the response, *code* one of :class:`ErrorCode`. *challenge* has 16
    random octets, which the client uses if it may *retry*.
    """
    if len(challenge) != CHALLENGE_LENGTH:
        raise ValueError(f"A challenge has {CHALLENGE_LENGTH} octets, not {len(challenge)}")
    reason = ErrorCode(code)
    text = f"E={reason:d} R={retry:d} C={challenge.hex().upper()} V=3 M={_MESSAGES[reason]}"
    return _text_attribute(MS_CHAP_ERROR, identifier, text)


def _text_attribute(kind: int, identifier: int, text: str) -> Attribute:
    return vendor_attribute(MICROSOFT, kind, bytes((identifier,)) + text.encode())


def challenge_hash(response: Response, challenge: bytes, user_name: str) -> bytes:
    """Return the eight octets that the response encrypts (RFC 2759 §8.2): no domain in them."""
    name = user_name.rpartition("\\")[2]
    return _sha1(response.peer_challenge + challenge + name.encode())[:8]


def _des(key: bytes, block: bytes) -> bytes:
    """Encrypt eight octets by DES with a key of seven, in which parity bits are not counted."""
    bits = int.from_bytes(key)
    spread = bytes((bits >> shift & 0x7F) << 1 for shift in range(49, -1, -7))
    # Three times the same key is single DES, which cryptography does not offer by itself.
    cipher = Cipher(TripleDES(spread * 3), modes.ECB())  # noqa: S305 - RFC 2759 §8.6
    return cipher.encryptor().update(block)


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()
