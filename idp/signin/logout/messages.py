"""The log-out messages that this server sends: its requests, and the answer to who asked it."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.clock import Clock
from idp.federation.token_signing.ring import SigningKeyRing
from idp.saml.endpoints import logout_service
from idp.saml.logout import OutgoingMessage, send_logout_request, send_logout_response
from idp.saml.refusal import Status
from idp.saml.signing import SigningKey
from idp.saml.values import LogoutRequest, LogoutResponse, NameID, SingleLogoutService
from idp.session.participants import AskedBy, LogOut
from idp.signin import recorded_messages
from idp.signin.assertion import new_id
from idp.signin.logout.log_out_step import LogOutStep
from idp.signin.logout.steps import Target


@dataclass(frozen=True, slots=True)
class LogOutMessages:
    """Writes and signs the messages of one server."""

    entity_id: str
    keys: SigningKeyRing
    clock: Clock

    def request(self, name_id: NameID, target: Target) -> LogoutRequest:
        """Return a new request to end the sessions of *target*."""
        return LogoutRequest(new_id(), self.entity_id, name_id, target.session_indexes)

    def send_request(
        self, request: LogoutRequest, target: Target, service: SingleLogoutService,
        log_out: LogOut, step: LogOutStep,
    ) -> OutgoingMessage:  # fmt: skip
        """Return the request as it is sent to *service*."""
        message = send_logout_request(
            request,
            to=service,
            relay_state=log_out.id,
            now=self.clock.now(),
            key=self._key_for(target.trust, step),
        )
        recorded_messages.log_out_sent(step.request.activity, message)
        return message

    def send_response(
        self, asked_by: AskedBy | None, status: Status, step: LogOutStep
    ) -> OutgoingMessage | None:
        """Return the response to the service provider that asked for a log-out.

        Returns None if no service provider asked, or it takes no response.
        """
        trust = step.trust(asked_by.trust) if asked_by else None
        if asked_by is None or trust is None:
            return None
        service = logout_service(trust.service_provider, asked_by.binding)
        if service is None:
            return None
        message = send_logout_response(
            LogoutResponse(new_id(), self.entity_id, asked_by.request_id, status),
            to=service,
            relay_state=asked_by.relay_state,
            now=self.clock.now(),
            key=self._key_for(asked_by.trust, step),
        )
        recorded_messages.log_out_sent(step.request.activity, message)
        return message

    def _key_for(self, entity_id: str, step: LogOutStep) -> SigningKey:
        """Return our key as it signs for a trust."""
        key, trust = self.keys.current().primary.key, step.trust(entity_id)
        return trust.signs_with(key) if trust else key
