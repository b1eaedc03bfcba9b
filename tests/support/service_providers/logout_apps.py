"""Applications that users sign out of: each signs its log-out messages and answers ours, or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

import pytest
from lxml import etree

from idp.saml import signature, uris
from idp.saml.bindings import SamlMessage, decode_post, decode_redirect
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
from idp.testing.browser import Browser
from idp.testing.federation import Federation
from idp.testing.page import Page

BOTH = (REDIRECT, POST)
SUCCESS = (uris.SUCCESS, None)
PARTIAL = (uris.SUCCESS, uris.PARTIAL_LOGOUT)
_NS = {"p": uris.PROTOCOL, "a": uris.ASSERTION}
_numbers = count(1)


@dataclass(frozen=True)
class Sent:
    """A log-out message with which the server sent the browser on; its signature was right."""

    address: str
    message: SamlMessage
    root: etree._Element = field(repr=False)

    @property
    def kind(self) -> str:
        return etree.QName(self.root).localname

    @property
    def id(self) -> str:
        return self.root.get("ID")

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname

    @property
    def relay_state(self) -> str | None:
        return self.message.relay_state

    @property
    def in_response_to(self) -> str | None:
        return self.root.get("InResponseTo")

    @property
    def status(self) -> tuple[str, ...]:
        codes = self.root.xpath("p:Status//p:StatusCode/@Value", namespaces=_NS)
        return tuple(str(code).rpartition(":")[2] for code in codes)

    @property
    def name_id(self) -> NameID:
        (name,) = self.root.xpath("a:NameID", namespaces=_NS)
        return NameID(
            name.text, name.get("Format"), name.get("NameQualifier"), name.get("SPNameQualifier")
        )

    @property
    def session_indexes(self) -> tuple[str, ...]:
        return tuple(each.text for each in self.root.xpath("p:SessionIndex", namespaces=_NS))


@dataclass(frozen=True)
class Told:
    """What an application knows of a user who signed in."""

    name_id: NameID
    session_index: str


@dataclass
class App:
    """One application with a trust; ``bindings`` are those by which it takes log-out messages."""

    federation: Federation = field(repr=False)
    pair: PemPair = field(repr=False)
    name: str = "wiki"
    bindings: tuple[str, ...] = BOTH
    answers_at: str | None = None
    has_key: bool = True

    @property
    def entity_id(self) -> str:
        return f"https://{self.name}.example.test/metadata"

    @property
    def slo(self) -> str:
        return f"https://{self.name}.example.test/slo"

    @property
    def key(self) -> SigningKey:
        return SigningKey.from_pem(*self.pair)

    def register(self, **settings: object) -> App:
        settings = {"second_factor": "never"} | settings
        self.federation.add_service_provider(self.metadata(), **settings)
        return self

    def metadata(self) -> str:
        answers = f' ResponseLocation="{self.answers_at}"' if self.answers_at else ""
        services = "".join(
            f'<SingleLogoutService Binding="{each}" Location="{self.slo}"{answers}/>'
            for each in self.bindings
        )
        key = (
            f'<KeyDescriptor use="signing"><KeyInfo xmlns="{uris.XMLDSIG}"><X509Data>'
            f"<X509Certificate>{self.key.certificate}</X509Certificate></X509Data></KeyInfo>"
            "</KeyDescriptor>"
        )
        return (
            f'<EntityDescriptor xmlns="{uris.METADATA}" entityID="{self.entity_id}">'
            f'<SPSSODescriptor protocolSupportEnumeration="{uris.PROTOCOL}">'
            f"{key if self.has_key else ''}{services}"
            f'<AssertionConsumerService index="0" Binding="{POST}" '
            f'Location="https://{self.name}.example.test/acs"/></SPSSODescriptor>'
            "</EntityDescriptor>"
        )

    def sign_in(self, browser: Browser, user: object = None) -> Told:
        url = self.federation.idp_initiated_url(self.entity_id)
        assertion = self.federation.sign_in(url, user, browser=browser).finish().assertion
        return Told(assertion.name_id, assertion.session_index)

    def asks(self, told: Told, binding: str = REDIRECT, **changes: object) -> OutgoingMessage:
        """Return a LogoutRequest; *changes* are of its values, and ``relay_state`` and ``key``."""
        relay_state, key = changes.pop("relay_state", None), changes.pop("key", self.key)
        now = changes.pop("now", self.federation.clock.now())
        to = changes.pop("to", self.ls_url)
        values = {
            "id": f"_logout{next(_numbers)}",
            "issuer": self.entity_id,
            "name_id": told.name_id,
            "session_indexes": (told.session_index,),
        } | changes
        request = LogoutRequest(**values)
        service = SingleLogoutService(to, binding)
        return send_logout_request(request, to=service, relay_state=relay_state, now=now, key=key)

    def answers(
        self, sent: Sent, binding: str = REDIRECT, status: tuple = SUCCESS, **changes: object
    ) -> OutgoingMessage:
        """Return a LogoutResponse to *sent*."""
        key = changes.pop("key", self.key)
        values = {
            "id": f"_answer{next(_numbers)}",
            "issuer": self.entity_id,
            "in_response_to": sent.id,
            "status": status,
        } | changes
        return send_logout_response(
            LogoutResponse(**values),
            to=SingleLogoutService(self.ls_url, binding),
            relay_state=sent.relay_state,
            now=self.federation.clock.now(),
            key=key,
        )

    @property
    def ls_url(self) -> str:
        return f"{self.federation.url}/adfs/ls/"


def carry(federation: Federation, browser: Browser, carried: OutgoingMessage) -> Sent | Page:
    """Let the browser carry a message to the server, and say where it is sent, or what it sees."""
    if carried.fields:
        return visit(federation, browser, carried.address, carried.fields)
    return visit(federation, browser, carried.address)


def visit(
    federation: Federation, browser: Browser, url: str, fields: dict[str, str] | None = None
) -> Sent | Page:
    method = "GET" if fields is None else "POST"
    answer = browser.session.request(method, url, data=fields, allow_redirects=False, timeout=30)
    certificates = federation.services.signing_keys.current().certificates
    if answer.status_code == 302:
        address, _, query = answer.headers["Location"].partition("?")
        message = decode_redirect(query.encode())
        signature.check_redirect(message.redirect_signature, certificates)
        return Sent(address, message, etree.fromstring(message.xml))
    page = Page(answer.url, answer.status_code, answer.text, dict(answer.headers))
    form = next((each for each in page.forms if each.name == "hiddenform"), None)
    if form is None:
        return page
    (parameter,) = form.fields.keys() - {"RelayState"}
    message = decode_post(
        form.fields[parameter], form.fields.get("RelayState"), parameter=parameter
    )
    root = etree.fromstring(message.xml)
    signature.check_enveloped(root, signature.enveloped_signature(root), certificates)
    return Sent(form.action, message, root)


def outcomes_on(page: Page) -> dict[str, str]:
    """Return what a page says of each application."""
    return page.data("outcomes", "outcome")


def is_signed_in(federation: Federation, browser: Browser, app: App) -> bool:
    """Say whether the browser gets in there without a password."""
    page = browser.get(federation.idp_initiated_url(app.entity_id))
    return page.title != "Sign In"


def events(federation: Federation) -> list[tuple[int, str]]:
    """Return what the log holds of log-outs."""
    return [(row.event_id, row.outcome) for row in federation.log if row.event_id in (1206, 1207)]


@pytest.fixture
def logout_app(federation, pairs):
    """Make applications that users can sign out of, by name."""

    def app(name: str, **more) -> App:
        settings = more.pop("settings", {})
        return App(federation, pairs("sp"), name, **more).register(**settings)

    return app


@pytest.fixture
def browser(federation):
    """A browser that nobody has signed in with."""
    return federation.browser()


@pytest.fixture
def deliver(federation, browser):
    """Let the browser carry a message to the server."""
    return lambda carried: carry(federation, browser, carried)
