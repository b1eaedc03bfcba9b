"""The test service provider in a log-out: it asks, it is asked, it hears what came of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from idp.embedded.test_sp.memory import Memory
from idp.embedded.test_sp.requesting import BINDINGS
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
    from idp.embedded.test_sp.provider import Judgement, Provider

_MD = {"md": uris.METADATA}
SUCCESS = (uris.SUCCESS, None)


@dataclass(frozen=True, slots=True)
class SignedOut:
    """What the federation server answered, and how it came."""

    response: LogoutResponse
    message: SamlMessage
    was_asked: bool

    @property
    def status_names(self) -> tuple[str, ...]:
        """The codes' last words, like ``Success`` and ``PartialLogout``."""
        return tuple(each.rpartition(":")[2] for each in self.response.status if each)

    @property
    def is_whole(self) -> bool:
        """Whether everybody was signed out."""
        return self.was_asked and self.response.status == SUCCESS


class SigningOut:
    """The log-out messages of one service provider: signed, and those that come are checked."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._outstanding: Memory[str] = Memory()

    def ask(self, session: Judgement, binding: str, relay_state: str) -> OutgoingMessage:
        """Ask the federation server to end the session that *session* began."""
        assertion = session.received.assertion
        if assertion is None or assertion.name_id is None:
            raise Refused(
                "The assertion holds no NameID, and log-out needs one",
                "Sign in with one",
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
            to=self._server_service(BINDINGS[binding]),
            relay_state=relay_state,
            now=self._provider.clock.now(),
            key=self._provider.key,
        )

    def read(self, message: SamlMessage) -> LogoutRequest | SignedOut:
        """Read what the federation server sent; raises :class:`Refused`."""
        content = read_logout(
            message,
            find_trust=self._find_server,
            destinations=(self._provider.slo_url,),
            now=self._provider.clock.now(),
        )
        if isinstance(content, LogoutRequest):
            return content
        was_asked = self._outstanding.take(content.in_response_to) is not None
        return SignedOut(content, message, was_asked)

    def answer(self, request: LogoutRequest, message: SamlMessage) -> OutgoingMessage:
        """Say that the user is signed out here."""
        response = LogoutResponse(f"_{uuid.uuid4()}", self._provider.entity_id, request.id, SUCCESS)
        return send_logout_response(
            response,
            to=self._server_service(message.binding),
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

    def _server_service(self, binding: str) -> SingleLogoutService:
        found = parse_metadata(self._provider.idp_metadata()).xpath(
            "md:IDPSSODescriptor/md:SingleLogoutService[@Binding = $binding]",
            namespaces=_MD,
            binding=binding,
        )
        if not found:
            raise Refused(
                "The federation server's metadata name no log-out service for this binding",
                "Use another one",
                code="no_logout_service",
            )
        return SingleLogoutService(
            found[0].get("Location"), binding, found[0].get("ResponseLocation")
        )


def is_meant(request: LogoutRequest, session: Judgement) -> bool:
    """Say whether *request* ends *session*; without session indexes it ends all of its name."""
    assertion = session.received.assertion
    if assertion is None or assertion.name_id != request.name_id:
        return False
    return not request.session_indexes or assertion.session_index in request.session_indexes


def parse_metadata(metadata: bytes) -> etree._Element:
    """Return the root of a federation server's metadata."""
    return parse(metadata, limit=1024 * 1024)
