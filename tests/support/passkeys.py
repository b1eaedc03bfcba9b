"""An authenticator for passkeys, in software: P-256 keys, attestation ``none`` (WebAuthn §6)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

USER_PRESENT, USER_VERIFIED = 0x01, 0x04
MAY_BE_COPIED, KEY_INCLUDED = 0x08, 0x40
COUNTER_BYTES = 4


def to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Credential:
    """A discoverable key of one user for one relying party."""

    rp_id: str
    handle: bytes
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    count: int = 0

    @property
    def cose_key(self) -> dict[int, Any]:
        numbers = self.key.public_key().public_numbers()
        x, y = (each.to_bytes(32, "big") for each in (numbers.x, numbers.y))
        return {1: 2, 3: -7, -1: 1, -2: x, -3: y}

    @property
    def pkcs8(self) -> bytes:
        return self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@dataclass
class SoftwareAuthenticator:
    """A browser at *origin* with a device that verifies its user.

    With *counts*, its signature counter grows with every use. What ``create`` and ``get`` take
    beside the options makes an answer that is wrong in just that way.
    """

    origin: str
    counts: bool = True
    credentials: list[Credential] = field(default_factory=list)

    def create(self, options: dict[str, Any], **wrong: Any) -> str:
        """Make a key; return what ``navigator.credentials.create`` gives the page, as JSON."""
        made = Credential(options["rp"]["id"], from_text(options["user"]["id"]))
        made.id = wrong.get("credential_id", made.id)
        self.credentials.append(made)
        flags = USER_PRESENT | USER_VERIFIED | KEY_INCLUDED | (0 if self.counts else MAY_BE_COPIED)
        included = b"".join((
            bytes(15) + b"\1",
            len(made.id).to_bytes(2, "big"),
            made.id,
            cbor2.dumps(wrong.get("cose_key", made.cose_key)),
        ))  # fmt: skip
        data = self._authenticator_data(made, flags, **wrong) + included
        attestation = {"fmt": wrong.get("fmt", "none"), "attStmt": {}, "authData": data}
        response = {
            "clientDataJSON": to_text(self._client_data("webauthn.create", options, **wrong)),
            "attestationObject": to_text(cbor2.dumps(attestation)),
            "transports": ["internal", "hybrid"],
        }
        return self._credential(made, response)

    def get(
        self, options: dict[str, Any], credential: Credential | None = None, **wrong: Any
    ) -> str:
        """Sign with the newest key; return what ``navigator.credentials.get`` gives the page."""
        used = credential or self.credentials[-1]
        used.count += self.counts
        flags = USER_PRESENT | USER_VERIFIED | (0 if self.counts else MAY_BE_COPIED)
        data = self._authenticator_data(used, flags, **wrong)
        client_data = self._client_data("webauthn.get", options, **wrong)
        signed = data + hashlib.sha256(client_data).digest()
        response = {
            "clientDataJSON": to_text(client_data),
            "authenticatorData": to_text(data),
            "signature": to_text(used.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
        }
        handle = wrong.get("handle", used.handle)
        if handle is not None:
            response["userHandle"] = to_text(handle)
        return self._credential(used, response)

    def _client_data(self, kind: str, options: dict[str, Any], **wrong: Any) -> bytes:
        values = {
            "type": wrong.get("type", kind),
            "challenge": wrong.get("challenge", options["challenge"]),
            "origin": wrong.get("origin", self.origin),
            "crossOrigin": wrong.get("cross_origin", False),
        }
        return json.dumps(values).encode()

    def _authenticator_data(self, used: Credential, usual: int, **wrong: Any) -> bytes:
        rp_id = hashlib.sha256(wrong.get("rp_id", used.rp_id).encode()).digest()
        count = wrong.get("count", used.count)
        return rp_id + bytes([wrong.get("flags", usual)]) + count.to_bytes(COUNTER_BYTES, "big")

    def _credential(self, used: Credential, response: dict[str, Any]) -> str:
        name = to_text(used.id)
        return json.dumps({
            "id": name,
            "rawId": name,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        })  # fmt: skip
