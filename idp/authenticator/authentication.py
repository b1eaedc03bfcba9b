"""Who may call: a device we know, whose user is not disabled, with a call signed now and once."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Request

from adapter.mfa.devices.device import Device
from idp.authenticator.request_signing import (
    NEW_DEVICE,
    REMEMBERED,
    SignatureRefused,
    SignedRequest,
    Stamp,
    check_fresh,
    check_signature,
    read_header,
)
from idp.services import Services

ONCE = "phone-call"
"""The kind under which nonces are used up."""


@dataclass(frozen=True, slots=True)
class RequestAuthentication:
    """Checks every call before anything else happens."""

    services: Services

    def admit(self, request: Request) -> Device:
        """Return the device that made this call.

        Raises :class:`SignatureRefused`: ``not_signed``, ``device_unknown`` (never activated, or
        removed), ``bad_signature``, ``stale_call``, ``call_replayed``, ``user_disabled``.
        """
        stamp, signature = read_header(request.headers.get("Authorization"))
        device = self._device(stamp.device)
        self._check(request, stamp, signature, device.public_key)
        self.check_user(device.user)
        return device

    def prove_new(self, request: Request, public_key: bytes) -> None:
        """Check that the phone that calls holds the key that it wants to register."""
        stamp, signature = read_header(request.headers.get("Authorization"))
        if stamp.device != NEW_DEVICE:
            raise SignatureRefused(
                "An activation is signed for a new device", "Sign it so", code="not_signed"
            )
        self._check(request, stamp, signature, public_key)

    def check_again(self, device: Device) -> None:
        """Refuse a device or user that was removed or disabled while the phone waited."""
        self._device(device.id)
        self.check_user(device.user)

    def check_user(self, name: str) -> None:
        """Raise :class:`SignatureRefused` (``user_disabled``) unless this user may sign in."""
        user = self.services.directory.find(name)
        if user is None or user.disabled:
            raise SignatureRefused(
                "The account is switched off", "Ask an administrator", code="user_disabled"
            )

    def _device(self, device_id: str) -> Device:
        device = self.services.mfa.devices.find(device_id)
        if device is None:
            raise SignatureRefused(
                "This phone is not registered, or not any more",
                "Remove the account from the phone and activate it again",
                code="device_unknown",
            )
        return device

    def _check(self, request: Request, stamp: Stamp, signature: bytes, key: bytes) -> None:
        check_signature(self._call(request), stamp, signature, key)
        check_fresh(stamp, self.services.clock.now())
        once = f"{stamp.device}:{stamp.nonce}"
        # Not durable: what a call changes is, and cannot be changed twice.
        if not self.services.once.claim(ONCE, once, stamp.at + REMEMBERED, durable=False):
            raise SignatureRefused(
                "This call was made before", "Sign each call anew", code="call_replayed"
            )

    def _call(self, request: Request) -> SignedRequest:
        query = request.query_string.decode("latin-1")
        return SignedRequest(
            audience=self.services.config.server.base_url,
            method=request.method,
            target=f"{request.path}?{query}" if query else request.path,
            body=request.get_data(),
        )
