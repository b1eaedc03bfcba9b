"""A service provider: it writes its metadata, requests and log-out messages, right or wrong."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from support.service_providers import metadata_parts
from support.service_providers.saml_messages import sign_message, write_message

from idp.saml import uris
from idp.saml.bindings import encode_redirect, post_fields
from idp.saml.canonical import attribute, instant, text
from idp.saml.keys import PemPair
from idp.saml.logout import OutgoingMessage, send_logout_request, send_logout_response
from idp.saml.signing import SigningKey
from idp.saml.values import (
    POST,
    REDIRECT,
    LogoutRequest,
    LogoutResponse,
    NameID,
    SingleLogoutService,
)

if TYPE_CHECKING:
    from adapter.clock import Clock
    from idp.embedded.browser import Browser
    from idp.testing.federation import Federation

HTTP_ARTIFACT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
BOTH = (REDIRECT, POST)
SUCCESS = (uris.SUCCESS, None)
PARTIAL = (uris.SUCCESS, uris.PARTIAL_LOGOUT)


class Server(Protocol):
    """What a service provider knows of the server that it writes to; a ``Federation`` is one."""

    url: str
    clock: Clock


@dataclass(frozen=True)
class AbsentServer:
    """A server that nobody runs, for messages that a test reads itself."""

    clock: Clock
    url: str = "https://idp.example.test"


class LogoutQuestion(Protocol):
    """What a LogoutResponse needs of the LogoutRequest that it answers."""

    id: str
    relay_state: str | None


@dataclass(frozen=True)
class UserSession:
    """What an assertion told a service provider: by which name and session to log the user out."""

    name_id: NameID
    session_index: str


@dataclass
class ServiceProvider:
    """One service provider of one server; ``pair`` signs where a message is to be signed.

    Its addresses are at ``https://NAME.example.test/``. Keyword arguments of a message change what
    stands in it; what is None is left out.
    """

    federation: Federation | Server = field(repr=False)
    pair: PemPair = field(repr=False)
    name: str = "sp"
    entity_id: str = ""
    encrypts: bool = False
    """Whether its key in the metadata is for encryption too."""
    has_key: bool = True
    slo_bindings: tuple[str, ...] = ()
    """The bindings by which it takes log-out messages."""
    slo_response_url: str | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.entity_id = self.entity_id or f"{self.base_url}/metadata"

    @property
    def base_url(self) -> str:
        return f"https://{self.name}.example.test"

    @property
    def acs_url(self) -> str:
        return f"{self.base_url}/acs"

    @property
    def other_acs_url(self) -> str:
        return f"{self.base_url}/other"

    @property
    def default_acs_url(self) -> str:
        """The assertion consumer service that its metadata call the default."""
        return f"{self.base_url}/default"

    @property
    def slo_url(self) -> str:
        return f"{self.base_url}/slo"

    @property
    def key(self) -> SigningKey:
        return _signing_key(self.pair)

    @property
    def ls_url(self) -> str:
        """Where the server takes its messages."""
        return f"{self.federation.url}/adfs/ls/"

    # Its trust.

    def metadata(self, *name_id_formats: str) -> str:
        use = "" if self.encrypts else "signing"
        parts = [
            metadata_parts.key(self.key.certificate, use) if self.has_key else "",
            *(
                metadata_parts.slo(self.slo_url, binding, self.slo_response_url)
                for binding in self.slo_bindings
            ),
            *(f"<md:NameIDFormat>{each}</md:NameIDFormat>" for each in name_id_formats),
            metadata_parts.acs(self.acs_url, 3),
            metadata_parts.acs(self.other_acs_url, 7),
            metadata_parts.acs(self.default_acs_url, 9, attributes=' isDefault="true"'),
            metadata_parts.acs(f"{self.base_url}/artifact", 1, binding=HTTP_ARTIFACT),
        ]
        return metadata_parts.entity(metadata_parts.role("".join(parts)), self.entity_id)

    def register(self, *name_id_formats: str, **settings: object) -> ServiceProvider:
        """Make its trust at the server, with these settings."""
        self.federation.add_service_provider(
            self.metadata(*name_id_formats), private_key=self.pair.private_key, **settings
        )
        return self

    def set(self, **settings: str) -> None:
        """Change settings of the trust, as ``tallystick sp set`` does."""
        self.federation.services.trusts.change_from_text(self.entity_id, settings)

    # Its sign-ins.

    def authn_request(
        self, children: str = "", *, sign: SigningKey | None = None, **attributes: str | None
    ) -> bytes:
        """Return an AuthnRequest; ``issuer`` and the XML attributes of the message can be given."""
        given = {
            "ID": f"_request{next(self._numbers)}",
            "Version": "2.0",
            "IssueInstant": instant(self.federation.clock.now()),
            "Destination": self.ls_url,
        } | attributes
        issuer = given.pop("issuer", self.entity_id)
        written = {name: value and attribute(value) for name, value in given.items()}
        xml = write_message("AuthnRequest", text(issuer or ""), written, children)
        return sign_message(xml, sign) if sign else xml

    def url(
        self,
        xml: bytes | None = None,
        *,
        relay_state: str | None = None,
        key: SigningKey | None = None,
        **request: str | None,
    ) -> str:
        """Return the address of a request by Redirect, signed by *key* where it is given."""
        message = self.authn_request(**request) if xml is None else xml
        return f"{self.ls_url}?{encode_redirect(message, relay_state=relay_state, key=key)}"

    def fields(
        self, xml: bytes | None = None, *, relay_state: str | None = None, **request: str | None
    ) -> dict[str, str]:
        """Return the form of a request by POST."""
        message = self.authn_request(**request) if xml is None else xml
        return post_fields(message, relay_state, parameter="SAMLRequest")

    def initiated_url(self, relay_state: str | None = None) -> str:
        """Return the address of a sign-in that the server begins by itself."""
        return self.federation.idp_initiated_url(self.entity_id, relay_state)

    def sign_in(self, browser: Browser, user: object = None) -> UserSession:
        """Sign a user in by a sign-in that the server begins."""
        signed_in = self.federation.sign_in(self.initiated_url(), user, browser=browser)
        assertion = signed_in.finish().assertion
        return UserSession(assertion.name_id, assertion.session_index)

    # Its log-outs.

    def logout_request(
        self, session: UserSession, binding: str = REDIRECT, **changes: object
    ) -> OutgoingMessage:
        """Return a LogoutRequest; *changes* are of ``LogoutRequest``, or of how it is sent."""
        sending = self._sending(changes, binding)
        changes = {name: value for name, value in changes.items() if name not in sending}
        values = {
            "id": f"_logout{next(self._numbers)}",
            "issuer": self.entity_id,
            "name_id": session.name_id,
            "session_indexes": (session.session_index,),
        } | changes
        return send_logout_request(LogoutRequest(**values), **sending)

    def logout_response(
        self,
        request: LogoutQuestion,
        binding: str = REDIRECT,
        status: tuple[str, str | None] = SUCCESS,
        **changes: object,
    ) -> OutgoingMessage:
        """Return a LogoutResponse; *changes* are of ``LogoutResponse``, or of how it is sent."""
        sending = self._sending({"relay_state": request.relay_state} | changes, binding)
        changes = {name: value for name, value in changes.items() if name not in sending}
        values = {
            "id": f"_answer{next(self._numbers)}",
            "issuer": self.entity_id,
            "in_response_to": request.id,
            "status": status,
        } | changes
        return send_logout_response(LogoutResponse(**values), **sending)

    def _sending(self, changes: dict[str, object], binding: str) -> dict[str, object]:
        """Return what of *changes* says how a message is sent, and the usual where it is not."""
        return {
            "to": SingleLogoutService(changes.get("to", self.ls_url), binding),
            "relay_state": changes.get("relay_state"),
            "now": changes.get("now", self.federation.clock.now()),
            "key": changes.get("key", self.key),
        }


def requested_context(*classes: str, comparison: str = "exact") -> str:
    """Return the element RequestedAuthnContext of a request."""
    references = "".join(
        f'<saml:AuthnContextClassRef xmlns:saml="{uris.ASSERTION}">{each}'
        "</saml:AuthnContextClassRef>"
        for each in classes
    )
    return (
        f'<samlp:RequestedAuthnContext Comparison="{comparison}">{references}'
        "</samlp:RequestedAuthnContext>"
    )


def name_id_policy(format_: str) -> str:
    return f'<samlp:NameIDPolicy Format="{format_}"></samlp:NameIDPolicy>'


def two_levels(entity_id: str, relay_state: str) -> str:
    """Return the RelayState that names a trust and holds another RelayState, as AD FS takes it."""
    inner = f"RPID={quote(entity_id, safe='')}&RelayState={quote(relay_state, safe='')}"
    return quote(inner, safe="")


@functools.cache
def _signing_key(pair: PemPair) -> SigningKey:
    """Return the key of a pair, read once: to check an RSA key takes longer than to sign."""
    return SigningKey.from_pem(*pair)
