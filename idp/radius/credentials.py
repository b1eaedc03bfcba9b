"""Which protocol an Access-Request signs in by, as a value.

``protocol`` of each is the name that :func:`adapter.decide` knows. Two are none of its values:
``MSCHAP`` (the first version), and the empty text of a request without credentials.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from idp.radius.attributes import (
    CHAP_PASSWORD,
    EAP_MESSAGE,
    MESSAGE_AUTHENTICATOR,
    MICROSOFT,
    MS_CHAP2_RESPONSE,
    MS_CHAP_CHALLENGE,
    MS_CHAP_RESPONSE,
    USER_PASSWORD,
)
from idp.radius.ms_chap import CHALLENGE_LENGTH
from idp.radius.packet import Attribute, MalformedPacket, Packet

EAP_IDENTITY: Final = 1
EAP_TLS: Final = 13
EAP_PEAP: Final = 25
EAP_MS_CHAP_V2: Final = 26

_EAP_RESPONSE: Final = 2
_EAP_FAILURE: Final = 4
_EAP_HEADER: Final = 5
"""Octets of code, identifier, length and type (RFC 3748 §4.1)."""


@dataclass(frozen=True, slots=True)
class Pap:
    """A password, hidden as it came: ``pap.reveal`` reads it."""

    hidden: bytes = field(repr=False)
    protocol: ClassVar[str] = "PAP"


@dataclass(frozen=True, slots=True)
class MsChapV2:
    """The values of MS-CHAP2-Response and MS-CHAP-Challenge; the challenge has 16 octets."""

    response: bytes = field(repr=False)
    challenge: bytes = field(repr=False)
    protocol: ClassVar[str] = "MSCHAPv2"


@dataclass(frozen=True, slots=True)
class Chap:
    """A CHAP response. It cannot be checked without the password in clear text."""

    protocol: ClassVar[str] = "CHAP"


@dataclass(frozen=True, slots=True)
class MsChapV1:
    """A response by the first version of MS-CHAP."""

    protocol: ClassVar[str] = "MSCHAP"


@dataclass(frozen=True, slots=True)
class Eap:
    """An EAP response; ``type`` is e.g. :data:`EAP_PEAP`, and None in an EAP-Start."""

    type: int | None
    identifier: int = 0
    protocol: ClassVar[str] = "EAP"

    def failure(self) -> Attribute:
        """Return the EAP-Failure that answers it, which has its identifier (RFC 3748 §4.2)."""
        return Attribute(EAP_MESSAGE, bytes((_EAP_FAILURE, self.identifier, 0, 4)))


@dataclass(frozen=True, slots=True)
class NoCredentials:
    """Nothing to sign in with."""

    protocol: ClassVar[str] = ""


Credentials = Pap | MsChapV2 | Chap | MsChapV1 | Eap | NoCredentials


def credentials_of(packet: Packet) -> Credentials:
    """Return what a request signs in with.

    Raises :class:`MalformedPacket` for two of them, of one kind or of two (RFC 2865 §4.1, RFC 3579
    §3.3): a server that checked the first might let in whom the second does not.
    """
    found: list[Credentials] = [
        *map(Pap, packet.all(USER_PASSWORD)),
        *(Chap() for _ in packet.all(CHAP_PASSWORD)),
        *(MsChapV1() for _ in packet.all_of_vendor(MICROSOFT, MS_CHAP_RESPONSE)),
        *(_ms_chap(packet, value) for value in packet.all_of_vendor(MICROSOFT, MS_CHAP2_RESPONSE)),
        *_eap(packet),
    ]
    if len(found) > 1:
        raise MalformedPacket("The request has credentials more than once")
    return found[0] if found else NoCredentials()


def _ms_chap(packet: Packet, response: bytes) -> MsChapV2:
    challenges = packet.all_of_vendor(MICROSOFT, MS_CHAP_CHALLENGE)
    if [len(challenge) for challenge in challenges] != [CHALLENGE_LENGTH]:
        raise MalformedPacket(
            f"MS-CHAP2-Response needs one MS-CHAP-Challenge of {CHALLENGE_LENGTH} octets"
        )
    return MsChapV2(response, challenges[0])


def _eap(packet: Packet) -> tuple[Eap, ...]:
    """Return the EAP message of a request, which may be cut into several attributes."""
    parts = packet.all(EAP_MESSAGE)
    if not parts:
        return ()
    if packet.first(MESSAGE_AUTHENTICATOR) is None:
        raise MalformedPacket("EAP-Message needs a Message-Authenticator (RFC 3579 §3.2)")
    message = b"".join(parts)
    if not message:
        return (Eap(None),)  # EAP-Start (RFC 3579 §2.1)
    if len(message) < _EAP_HEADER or int.from_bytes(message[2:4]) != len(message):
        raise MalformedPacket(f"The EAP message of {len(message)} octets states another length")
    if message[0] != _EAP_RESPONSE:
        raise MalformedPacket(f"An EAP message with code {message[0]} is no response")
    return (Eap(message[4], message[1]),)
