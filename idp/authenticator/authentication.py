"""Authenticates each call of a phone: a known device, an enabled user, a fresh signature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from adapter.mfa.devices.activation import ActivationRefused, is_link_code
from adapter.mfa.devices.device import Device
from idp.authenticator.request_signing import (
    NEW_DEVICE,
    REMEMBERED,
    SignatureRefused,
    SignedRequest,
    Stamp,
    check_fresh,
    check_signature,
    known_key,
    read_header,
    read_key,
)
from idp.directory.users import User
from idp.notices.phones import KnownPhone
from idp.request_value import request_value
from idp.services import Services
from idp.session.rate_limit import RateLimit
from idp.web.web_request import WebRequest

MAX_TYPED_CODES = 20
"""Of a client, in a window: strangers who try all codes would use up the tries of every one."""
WINDOW = timedelta(minutes=10)

NONCE_KIND = "phone-call"
"""The kind under which nonces are claimed as used."""


@request_value
class CheckedCall:
    """A call that is not used up yet: the phone that made it, and its stamp."""

    phone: KnownPhone
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class RequestAuthentication:
    """Checks each call before anything else is done."""

    services: Services

    def calling_device(self, request: WebRequest) -> Device:
        """Return the device that made this call, which counts as made from then on.

        Raises what :meth:`check` and :meth:`use_up` raise.
        """
        call = self.check(request)
        self.use_up(call)
        return call.phone.device

    def check(self, request: WebRequest) -> CheckedCall:
        """Check everything but whether the call was made before; that is left to :meth:`use_up`.

        Until then nothing is written for the call, and it must tell the phone nothing.
        Raises :class:`~idp.authenticator.request_signing.SignatureRefused`: ``not_signed``,
        ``device_unknown`` (never activated, or removed), ``bad_signature``, ``stale_call``,
        ``user_disabled``.
        """
        stamp, signature = read_header(request.headers.get("Authorization"))
        phone = self._phone(stamp.device)
        self._check(request, stamp, signature, known_key(phone.device.public_key))
        _must_be_enabled(phone.owner)
        return CheckedCall(phone, stamp)

    def use_up(self, call: CheckedCall) -> None:
        """Count a call as made; raises :class:`SignatureRefused` (``call_replayed``)."""
        self._claim(call.stamp)

    def check_new_device(self, request: WebRequest, public_key: bytes) -> Stamp:
        """Check that the calling phone has the key that it wants to register.

        Return the stamp of the call, to be used up by :meth:`check_activated` once the activation
        code was right: anybody can make a key, and must not fill the database with nonces.
        """
        stamp, signature = read_header(request.headers.get("Authorization"))
        if stamp.device != NEW_DEVICE:
            raise SignatureRefused(
                "An activation is signed for a new device",
                "Sign it with device=new",
                code="not_signed",
            )
        self._check(request, stamp, signature, read_key(public_key))
        if self.services.once.is_used(NONCE_KIND, _nonce_key(stamp)):
            raise _replayed()
        return stamp

    def check_activated(self, stamp: Stamp, user: str) -> None:
        """Use the call up, whose activation code was right, and check the user of that code."""
        self._claim(stamp)
        _must_be_enabled(self.services.directory.find(user))

    def count_typed_code(self, code: str, address: str) -> None:
        """Count an activation code that was typed against the client at *address*.

        Codes of links are not counted: nobody guesses one. Raises
        :class:`~adapter.mfa.devices.activation.ActivationRefused` (``too_many_codes``).
        """
        if is_link_code(code):
            return
        limit = RateLimit(self.services.once, "typed-code", MAX_TYPED_CODES, WINDOW)
        if not limit.count(address, self.services.clock.now()):
            raise ActivationRefused(
                "Too many activation codes were typed at this address",
                "Use the QR code or the link, or wait ten minutes",
                code="too_many_codes",
            )

    def check_again(self, device: Device) -> KnownPhone:
        """Raise if the device was removed or its user disabled while the phone waited."""
        phone = self._phone(device.id)
        _must_be_enabled(phone.owner)
        return phone

    def _phone(self, device_id: str) -> KnownPhone:
        phone = self.services.phones.find(device_id)
        if phone is None:
            raise SignatureRefused(
                "This phone is not registered, or no longer",
                "Remove the account from the phone and activate it again",
                code="device_unknown",
            )
        return phone

    def _check(
        self, request: WebRequest, stamp: Stamp, signature: bytes, key: EllipticCurvePublicKey
    ) -> None:
        check_signature(self._call(request), stamp, signature, key)
        check_fresh(stamp, self.services.clock.now())

    def _claim(self, stamp: Stamp) -> None:
        # Not durable: whatever a call changes is, and refuses to be changed twice.
        key, until = _nonce_key(stamp), stamp.at + REMEMBERED
        if not self.services.once.claim(NONCE_KIND, key, until, durable=False):
            raise _replayed()

    def _call(self, request: WebRequest) -> SignedRequest:
        query = request.query.decode("latin-1")
        return SignedRequest(
            audience=self.services.config.server.base_url,
            method=request.method,
            target=f"{request.path}?{query}" if query else request.path,
            body=request.body,
        )


def _nonce_key(stamp: Stamp) -> str:
    return f"{stamp.device}:{stamp.nonce}"


def _must_be_enabled(user: User | None) -> None:
    """Raise :class:`SignatureRefused` (``user_disabled``) unless this user may sign in."""
    if user is None or user.disabled:
        raise SignatureRefused(
            "The account is disabled", "Ask an administrator", code="user_disabled"
        )


def _replayed() -> SignatureRefused:
    return SignatureRefused(
        "This call was made before", "Sign each call with a new nonce", code="call_replayed"
    )
