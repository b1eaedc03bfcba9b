"""Log-out in a browser: it carries messages to the server and on to where the server sends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from lxml import etree
from support.nets import NET_SECONDS
from support.service_providers.service_provider import BOTH, ServiceProvider

from idp.embedded.browser import Browser
from idp.embedded.page import Page
from idp.saml import signature, uris
from idp.saml.bindings import SamlMessage, decode_post, decode_redirect
from idp.saml.logout import OutgoingMessage
from idp.saml.values import (
    NameID,
)
from idp.testing.federation import Federation

_NS = {"p": uris.PROTOCOL, "a": uris.ASSERTION}


@dataclass(frozen=True)
class ReceivedMessage:
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


def carry(
    federation: Federation, browser: Browser, carried: OutgoingMessage
) -> ReceivedMessage | Page:
    """Let the browser carry a message to the server, and say where it is sent, or what it sees."""
    if carried.fields:
        return visit(federation, browser, carried.address, carried.fields)
    return visit(federation, browser, carried.address)


def visit(
    federation: Federation, browser: Browser, url: str, fields: dict[str, str] | None = None
) -> ReceivedMessage | Page:
    method = "GET" if fields is None else "POST"
    answer = browser.session.request(
        method, url, data=fields, allow_redirects=False, timeout=NET_SECONDS
    )
    certificates = federation.services.signing_keys.current().certificates
    if answer.status_code == 302:
        address, _, query = answer.headers["Location"].partition("?")
        message = decode_redirect(query.encode())
        signature.check_redirect(message.redirect_signature, certificates)
        return ReceivedMessage(address, message, etree.fromstring(message.xml))
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
    return ReceivedMessage(form.action, message, root)


def outcomes_on(page: Page) -> dict[str, str]:
    """Return what a page says of each application."""
    return page.data("outcomes", "outcome")


def is_signed_in(federation: Federation, browser: Browser, app: ServiceProvider) -> bool:
    """Say whether the browser gets in there without a password."""
    page = browser.get(federation.idp_initiated_url(app.entity_id))
    return page.title != "Sign In"


def events(federation: Federation) -> list[tuple[int, str]]:
    """Return what the log holds of log-outs."""
    return [(row.event_id, row.outcome) for row in federation.log if row.event_id in (1206, 1207)]


@pytest.fixture
def logout_app(federation, pairs):
    """Make applications that users can sign out of, by name; they need no second factor."""

    def make(name: str, settings: dict[str, object] | None = None, **more) -> ServiceProvider:
        more = {"slo_bindings": BOTH} | more
        made = ServiceProvider(federation, pairs("sp"), name, **more)
        return made.register(**{"second_factor": "never"} | (settings or {}))

    return make


@pytest.fixture
def browser(federation):
    """A browser that nobody has signed in with."""
    return federation.browser()


@pytest.fixture
def deliver(federation, browser):
    """Let the browser carry a message to the server."""
    return lambda carried: carry(federation, browser, carried)
