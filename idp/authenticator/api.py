"""The signed API: activate, account, pending, answer. Nothing here ever holds a number to match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Request

from adapter.mfa.devices.device import Device
from adapter.mfa.push.challenge import Challenge
from idp.authenticator.authentication import RequestAuthentication
from idp.authenticator.bodies import read_activation, read_answer, read_wait
from idp.logs import get_logger
from idp.mfa.waiting import WaitingRoom
from idp.services import Services
from idp.web.activity import activity_id

Reply = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Api:
    """The four calls; each takes a request and returns the JSON to answer with."""

    services: Services
    gate: RequestAuthentication
    room: WaitingRoom

    def activate(self, request: Request) -> Reply:
        """Make the phone that calls a user's Authenticator; its code works once."""
        wanted = read_activation(request.get_data())
        self.gate.prove_new(request, wanted.public_key)
        activated = self.services.mfa.activations.activate(
            wanted.code,
            public_key=wanted.public_key,
            platform=wanted.platform,
            app_version=wanted.app_version,
            name=wanted.name,
            check_user=self.gate.check_user,
        )
        _log("phone_activated", activated.device, platform=activated.device.platform)
        return {**self._account(activated.device), "seed": activated.seed}

    def account(self, request: Request) -> Reply:
        """Say whose Authenticator the calling device is."""
        return self._account(self.gate.admit(request))

    def pending(self, request: Request) -> Reply:
        """List what the device may answer now, waiting for news when asked to.

        Raises :class:`~idp.mfa.waiting.RoomFull` when it cannot wait.
        """
        device = self.gate.admit(request)
        wait = read_wait(request.args.get("wait", "0"), request.args.get("seen", ""))

        def look() -> tuple[Challenge, ...]:
            return tuple(self.services.mfa.push.pending_for(device))

        def news() -> tuple[Challenge, ...] | None:
            self.gate.check_again(device)
            found = look()
            return None if _ids(found) == wait.seen else found

        found = look()
        if _ids(found) == wait.seen and wait.seconds:
            told = self.room.wait(device.user, news, wait.seconds)
            found = found if told is None else told
        return {"requests": [_request(challenge) for challenge in found]}

    def answer(self, request: Request) -> Reply:
        """Take the answer to one request; what is returned was committed."""
        device = self.gate.admit(request)
        answer = read_answer(request.get_data())
        challenge = self.services.mfa.push.answer(
            device,
            answer.id,
            nonce=answer.nonce,
            approve=answer.approve,
            number=answer.number,
            reported=answer.report,
        )
        self.room.wake(device.user)
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


def instant(at: datetime) -> str:
    """Return a time as JSON carries it: ISO 8601, UTC, milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ids(challenges: Sequence[Challenge]) -> str:
    return ",".join(challenge.id for challenge in challenges)


def _request(challenge: Challenge) -> Reply:
    """Return a request as the phone sees it: what it may know, named one by one."""
    return {
        "id": challenge.id,
        "nonce": challenge.nonce,
        "experience": challenge.experience,
        "application": challenge.application,
        "user": challenge.user,
        "client_ip": challenge.client_ip,
        "created_at": instant(challenge.created_at),
        "expires_at": instant(challenge.answer_by),
    }
