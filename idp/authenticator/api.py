"""The calls of the signed API: activate, account, pending, answer, dismiss.

No answer ever says which number is to be matched: only the sign-in page shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from adapter.mfa.devices.device import Device
from adapter.mfa.push.challenge import Challenge
from idp.admission import UNKNOWN, client_of
from idp.audit.writer import AuditWriter, EventSource
from idp.authenticator.authentication import RequestAuthentication
from idp.authenticator.bodies import (
    PendingQuery,
    read_activation,
    read_answer,
    read_dismissal,
    read_pending_query,
)
from idp.authenticator.replies import Reply, notice_reply, requests_for
from idp.logs import get_logger
from idp.mfa.phone_wait import PhoneWait
from idp.services import Services
from idp.session.node import AnsweringNode
from idp.web.web_request import WebRequest


@dataclass(frozen=True, slots=True)
class Api:
    """The calls; each takes a request and returns the JSON of its answer, or raises."""

    services: Services
    authentication: RequestAuthentication
    wait: PhoneWait
    audit: AuditWriter
    node: AnsweringNode

    def activate(self, request: WebRequest) -> Reply:
        """Register the calling phone as a user's Authenticator; its code works once."""
        wanted = read_activation(request.body)
        stamp = self.authentication.check_new_device(request, wanted.public_key)
        self.authentication.count_typed_code(wanted.code, request.client_ip)
        activated = self.services.mfa.activations.activate(
            wanted.code,
            public_key=wanted.public_key,
            platform=wanted.platform,
            app_version=wanted.app_version,
            name=wanted.name,
            broker=wanted.broker,
            check_user=lambda user: self.authentication.check_activated(stamp, user),
        )
        device = activated.device
        _log("phone_activated", device, request, platform=device.platform)
        return {**self._account(device), "seed": activated.seed}

    def account(self, request: WebRequest) -> Reply:
        """Return the user and the name of the calling device."""
        return self._account(self.authentication.calling_device(request))

    def pending(self, request: WebRequest) -> Reply:
        """List what the device can answer; ``wait`` and ``seen`` hold the call until it changes.

        The answer has the notices of this device, too, and the requests that it cannot approve:
        ``refusals``, each with the reason and a sentence for its user. ``blocked`` says why a
        request is gone that the device has seen, if its user is blocked.

        Raises :class:`~idp.mfa.waiting.RoomFull` if the call cannot be held.
        """
        call, query = self.authentication.check(request), _query_of(request)
        phone, device = call.phone, call.phone.device
        client = client_of(request.client_ip) if query.seconds else UNKNOWN
        self.wait.must_have_place(device, seen=query.seen, seconds=query.seconds, client=client)
        self.authentication.use_up(call)

        def check() -> None:
            nonlocal phone
            phone = self.authentication.check_again(device)

        found = self.wait.for_requests(
            device, seen=query.seen, seconds=query.seconds, check=check, client=client
        )
        is_blocked = bool(query.seen) and self.services.mfa.protection.is_blocked(device.user)
        return {
            **requests_for(phone, found, self.services.mfa),
            "notices": [notice_reply(notice) for notice in phone.notices],
            **({"blocked": True} if is_blocked else {}),
        }

    def answer(self, request: WebRequest) -> Reply:
        """Take the answer to one request and return its state, which is committed by then."""
        device = self.authentication.calling_device(request)
        answer = read_answer(request.body)
        challenge = self.services.mfa.push.answer(
            device,
            answer.id,
            nonce=answer.nonce,
            approve=answer.approve,
            number=answer.number,
            reported=answer.report,
        )
        self.wait.wake(device.user)
        state = str(challenge.state)
        self.services.counters.phone_answered(state)
        _log("phone_answered", device, request, request=challenge.id, state=state)
        if challenge.reported:
            self._audit_report(challenge, request)
        return {"id": challenge.id, "state": state}

    def dismiss(self, request: WebRequest) -> Reply:
        """Remove a notice from this device; other devices of the user keep theirs."""
        device = self.authentication.calling_device(request)
        notice = read_dismissal(request.body)
        self.services.notices.dismiss(device.id, notice)
        return {"id": notice, "dismissed": True}

    def _audit_report(self, challenge: Challenge, request: WebRequest) -> None:
        """Write that no further requests are sent, and where the reported one came from."""
        self.audit.push_reported(
            EventSource(request.activity.id, request.client_ip, self.node.name_or_empty()),
            user=challenge.user,
            experience=challenge.experience,
            detail=f"request {challenge.id} from {challenge.client_ip}",
            is_blocked=self.services.mfa.protection.is_blocked(challenge.user),
        )

    def _account(self, device: Device) -> Reply:
        return {
            "user": device.user,
            "issuer": urlsplit(self.services.config.server.base_url).netloc,
            "device": {
                "id": device.id,
                "name": device.name,
                "platform": device.platform,
                "app_version": device.app_version,
                **({"broker": True} if device.broker else {}),
            },
        }


def _query_of(request: WebRequest) -> PendingQuery:
    arguments = request.arguments.to_dict()  # the first value of each
    return read_pending_query(arguments.get("wait", "0"), arguments.get("seen", ""))


def _log(event: str, device: Device, web: WebRequest, **fields: str) -> None:
    get_logger().info(
        event, user=device.user, device=device.id, activity_id=web.activity.id, **fields
    )
