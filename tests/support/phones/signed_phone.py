"""Calls of a phone made by hand, so that each part of them can be wrong."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from support.phones.phone_host import PhoneHost

from idp.authenticator.client import Phone
from idp.authenticator.request_signing import SignedRequest, Stamp, sign

API = "/authenticator/api/"


@dataclass(frozen=True)
class Hand:
    """Makes the calls of one device."""

    host: PhoneHost
    device: str
    key: ec.EllipticCurvePrivateKey

    def stamp(self, **changes: Any) -> Stamp:
        """Return a stamp of now."""
        now = round(self.host.clock.now().timestamp() * 1000)
        return replace(Stamp(self.device, now, secrets.token_urlsafe(16)), **changes)

    def header(self, call: SignedRequest, stamp: Stamp | None = None) -> str:
        """Sign *call*."""
        return sign(call, stamp or self.stamp(), self.key)

    def meant(self, method: str, name: str, body: Any = None) -> SignedRequest:
        """Return a call of this server's API; *body* is bytes, or a value to send as JSON."""
        data = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        return SignedRequest(self.host.url, method, API + name, data)

    def send(self, call: SignedRequest, header: str | None = None) -> requests.Response:
        """Send *call* under *header*, whatever that is for."""
        headers = {"Authorization": header} if header is not None else {}
        return requests.request(
            call.method,
            self.host.url + call.target,
            data=call.body,
            headers=headers,
            timeout=40,
        )

    def call(self, method: str, name: str, body: Any = None) -> requests.Response:
        """Make a faultless call."""
        meant = self.meant(method, name, body)
        return self.send(meant, self.header(meant))

    def answer(self, started: Any, **fields: Any) -> requests.Response:
        """Answer a push; *fields* go over the usual ones."""
        challenge = started.challenge
        usual = {"id": challenge.id, "nonce": challenge.nonce, "decision": "approve"}
        return self.call("POST", "answer", {**usual, **fields})


def hand_of(host: PhoneHost, phone: Phone) -> Hand:
    """Return the calls of a phone by hand."""
    (account,) = phone.accounts()
    return Hand(host, account.device_id, account.key)
