"""The signed API: activate, account, pending, answer. Nothing here ever holds a number to match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Request

from adapter.mfa.devices.device import Device
from adapter.mfa.push.challenge import Challenge
from idp.authenticator.authentication import RequestAuthentication
from idp.authenticator.bodies import read_activation, read_answer, read_wait
from idp.instants import json_instant
from idp.logs import get_logger
from idp.mfa.phone_wait import PhoneWait
from idp.services import Services
from idp.web.activity import activity_id

Reply = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Api:
    """The four calls; each takes a request and returns the JSON to answer with."""

    services: Services
    authentication: RequestAuthentication
    wait: PhoneWait

    def activate(self, request: Request) -> Reply:
        """Make the phone that calls a user's Authenticator; its code works once."""
        wanted = read_activation(request.get_data())
        self.authentication.prove_new(request, wanted.public_key)
        activated = self.services.mfa.activations.activate(
            wanted.code,
            public_key=wanted.public_key,
            platform=wanted.platform,
            app_version=wanted.app_version,
            name=wanted.name,
            check_user=self.authentication.check_user,
        )
        _log("phone_activated", activated.device, platform=activated.device.platform)
        return {**self._account(activated.device), "seed": activated.seed}

    def account(self, request: Request) -> Reply:
        """Say whose Authenticator the calling device is."""
        return self._account(self.authentication.admit(request))

    def pending(self, request: Request) -> Reply:
        """List what the device can answer; ``wait`` and ``seen`` hold the call until it changes.

        Raises :class:`~idp.mfa.waiting.RoomFull` if the call cannot be held.
        """
        device = self.authentication.admit(request)
        query = read_wait(request.args.get("wait", "0"), request.args.get("seen", ""))
        found = self.wait.for_requests(
            device,
            seen=query.seen,
            seconds=query.seconds,
            check=lambda: self.authentication.check_again(device),
        )
        return {"requests": [_request(challenge) for challenge in found]}

    def answer(self, request: Request) -> Reply:
        """Take the answer to one request; what is returned was committed."""
        device = self.authentication.admit(request)
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


def _request(challenge: Challenge) -> Reply:
    """Return a request as the phone sees it: what it may know, named one by one."""
    return {
        "id": challenge.id,
        "nonce": challenge.nonce,
        "experience": challenge.experience,
        "application": challenge.application,
        "user": challenge.user,
        "client_ip": challenge.client_ip,
        "created_at": json_instant(challenge.created_at, "milliseconds"),
        "expires_at": json_instant(challenge.answer_by, "milliseconds"),
    }
