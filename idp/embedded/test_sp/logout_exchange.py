"""The log-out messages that the test service provider sends and receives (saml-core §3.7)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from idp.embedded.test_sp.authn_request import BINDINGS
from idp.embedded.test_sp.recent_values import RecentValues
from idp.saml import uris
from idp.saml.bindings import SamlMessage
from idp.saml.logout import (
    OutgoingMessage,
    read_logout,
    send_logout_request,
    send_logout_response,
)
from idp.saml.messages import RequestRules
from idp.saml.refusal import Refused
from idp.saml.values import LogoutRequest, LogoutResponse, ServiceProvider, SingleLogoutService
from idp.saml.xml import parse

if TYPE_CHECKING:
    from idp.embedded.test_sp.service_provider import CheckedResponse, SimulatedServiceProvider

_MD = {"md": uris.METADATA}
SUCCESS = (uris.SUCCESS, None)


@dataclass(frozen=True, slots=True)
class LogoutResult:
    """A LogoutResponse of the federation server, and whether it answers a request of ours."""

    response: LogoutResponse
    message: SamlMessage
    answers_our_request: bool

    @property
    def status_names(self) -> tuple[str, ...]:
        """The ends of the status codes, like ``Success`` and ``PartialLogout``."""
        return tuple(each.rpartition(":")[2] for each in self.response.status if each)

    @property
    def is_complete(self) -> bool:
        """Whether the user was signed out of every application."""
        return self.answers_our_request and self.response.status == SUCCESS


class LogoutExchange:
    """Signs the log-out messages of one service provider, and checks those that it receives."""

    def __init__(self, provider: SimulatedServiceProvider) -> None:
        self._provider = provider
        self._outstanding: RecentValues[str] = RecentValues()

    def create_request(
        self, session: CheckedResponse, binding: str, relay_state: str
    ) -> OutgoingMessage:
        """Return a request to end the session that the response *session* began.

        Raises :class:`~idp.saml.refusal.Refused` if it names no user.
        """
        assertion = session.received.assertion
        if assertion is None or assertion.name_id is None:
            raise Refused(
                "The assertion contains no NameID, which log-out needs",
                "Sign in again, with a NameID",
                code="no_name_id",
            )
        request = LogoutRequest(
            f"_{uuid.uuid4()}",
            self._provider.entity_id,
            assertion.name_id,
            (assertion.session_index,),
        )
        self._outstanding.put(request.id, binding)
        return send_logout_request(
            request,
            to=self._logout_service(BINDINGS[binding]),
            relay_state=relay_state,
            now=self._provider.clock.now(),
            key=self._provider.key,
        )

    def read(self, message: SamlMessage) -> LogoutRequest | LogoutResult:
        """Read a message of the federation server; raises :class:`~idp.saml.refusal.Refused`."""
        content = read_logout(
            message,
            find_trust=self._find_server,
            destinations=(self._provider.slo_url,),
            now=self._provider.clock.now(),
        )
        if isinstance(content, LogoutRequest):
            return content
        answers_our_request = self._outstanding.take(content.in_response_to) is not None
        return LogoutResult(content, message, answers_our_request)

    def create_response(self, request: LogoutRequest, message: SamlMessage) -> OutgoingMessage:
        """Return the answer that the user is signed out here."""
        response = LogoutResponse(f"_{uuid.uuid4()}", self._provider.entity_id, request.id, SUCCESS)
        return send_logout_response(
            response,
            to=self._logout_service(message.binding),
            relay_state=message.relay_state,
            now=self._provider.clock.now(),
            key=self._provider.key,
        )

    def _find_server(self, issuer: str) -> RequestRules | None:
        """Return the federation server as the issuer of messages that are checked."""
        if parse_metadata(self._provider.idp_metadata()).get("entityID") != issuer:
            return None
        certificates = self._provider.idp_certificates()
        return RequestRules(ServiceProvider(issuer, (), signing_certificates=certificates))

    def _logout_service(self, binding: str) -> SingleLogoutService:
        found = parse_metadata(self._provider.idp_metadata()).xpath(
            "md:IDPSSODescriptor/md:SingleLogoutService[@Binding = $binding]",
            namespaces=_MD,
            binding=binding,
        )
        if not found:
            raise Refused(
                "The federation server's metadata has no log-out service for this binding",
                "Use the other binding",
                code="no_logout_service",
            )
        return SingleLogoutService(
            found[0].get("Location"), binding, found[0].get("ResponseLocation")
        )


def ends_session(request: LogoutRequest, session: CheckedResponse) -> bool:
    """Return whether *request* ends *session*.

    A request without session indexes ends all sessions of its NameID (saml-core §3.7.1).
    """
    assertion = session.received.assertion
    if assertion is None or assertion.name_id != request.name_id:
        return False
    return not request.session_indexes or assertion.session_index in request.session_indexes


def parse_metadata(metadata: bytes) -> etree._Element:
    """Return the root of a federation server's metadata."""
    return parse(metadata, limit=1024 * 1024)
