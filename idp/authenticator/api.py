"""The four calls of the signed API: activate, account, pending, answer.

No answer ever contains a number to match: only the sign-in page shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Request

from adapter.mfa.devices.device import Device
from adapter.mfa.permissions import Permissions
from adapter.mfa.push.challenge import Challenge
from idp.admission import client_of
from idp.authenticator.authentication import RequestAuthentication
from idp.authenticator.bodies import read_activation, read_answer, read_pending_query
from idp.instants import json_instant
from idp.logs import get_logger
from idp.mfa.phone_wait import PhoneWait
from idp.services import Services
from idp.web.activity import activity_id, client_ip

Reply = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Api:
    """The calls; each takes a request and returns the JSON of its answer, or raises."""

    services: Services
    authentication: RequestAuthentication
    wait: PhoneWait

    def activate(self, request: Request) -> Reply:
        """Register the calling phone as a user's Authenticator; its code works once."""
        wanted = read_activation(request.get_data())
        stamp = self.authentication.check_new_device(request, wanted.public_key)
        self.authentication.count_typed_code(wanted.code, client_ip())
        activated = self.services.mfa.activations.activate(
            wanted.code,
            public_key=wanted.public_key,
            platform=wanted.platform,
            app_version=wanted.app_version,
            name=wanted.name,
            check_user=lambda user: self.authentication.check_activated(stamp, user),
        )
        _log("phone_activated", activated.device, platform=activated.device.platform)
        return {**self._account(activated.device), "seed": activated.seed}

    def account(self, request: Request) -> Reply:
        """Return the user and the name of the calling device."""
        return self._account(self.authentication.calling_device(request))

    def pending(self, request: Request) -> Reply:
        """List what the device can answer; ``wait`` and ``seen`` hold the call until it changes.

        Raises :class:`~idp.mfa.waiting.RoomFull` if the call cannot be held.
        """
        device = self.authentication.calling_device(request)
        query = read_pending_query(request.args.get("wait", "0"), request.args.get("seen", ""))
        found = self.wait.for_requests(
            device,
            seen=query.seen,
            seconds=query.seconds,
            check=lambda: self.authentication.check_again(device),
            client=client_of(client_ip()),
        )
        return {"requests": self._requests(device, found)}

    def answer(self, request: Request) -> Reply:
        """Take the answer to one request and return its state, which is committed by then."""
        device = self.authentication.calling_device(request)
        answer = read_answer(request.get_data())
        challenge = self.services.mfa.push.answer(
            device,
            answer.id,
            nonce=answer.nonce,
            approve=answer.approve,
            number=answer.number,
            reported=answer.report,
        )
        self.wait.wake(device.user)
        self.services.counters.phone_answered(str(challenge.state))
        _log("phone_answered", device, request=challenge.id, state=str(challenge.state))
        return {"id": challenge.id, "state": str(challenge.state)}

    def _requests(self, device: Device, found: Sequence[Challenge]) -> list[Reply]:
        """Return what the phone may know of requests; the policies say what they show."""
        if not found:
            return []
        shown = self.services.mfa.permissions_of(device.user)
        return [_request(challenge, shown) for challenge in found]

    def _account(self, device: Device) -> Reply:
        return {
            "user": device.user,
            "issuer": urlsplit(self.services.config.server.base_url).netloc,
            "device": {
                "id": device.id,
                "name": device.name,
                "platform": device.platform,
                "app_version": device.app_version,
            },
        }


def _log(event: str, device: Device, **fields: str) -> None:
    get_logger().info(
        event, user=device.user, device=device.id, activity_id=activity_id(), **fields
    )


def _request(challenge: Challenge, shown: Permissions) -> Reply:
    """Return the fields of a request that a phone may know."""
    return {
        "id": challenge.id,
        "nonce": challenge.nonce,
        "experience": challenge.experience,
        "application": challenge.application if shown.shows_application else "",
        "user": challenge.user,
        "client_ip": challenge.client_ip if shown.shows_location else "",
        "created_at": json_instant(challenge.created_at, "milliseconds"),
        "expires_at": json_instant(challenge.answer_by, "milliseconds"),
    }
