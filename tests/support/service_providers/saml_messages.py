"""Characters for the SAML tests: our keys, a service provider that writes requests, our reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pytest
import xmlsec
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from idp.saml import uris
from idp.saml.bindings import SamlMessage, encode_redirect
from idp.saml.keys import PemPair, new_signing_certificate
from idp.saml.logout import read_logout
from idp.saml.messages import RequestRules
from idp.saml.refusal import Refused
from idp.saml.requests import read_authn_request
from idp.saml.signature import UNEXPECTED_ALGORITHM
from idp.saml.signing import SigningKey
from idp.saml.values import (
    POST,
    REDIRECT,
    AssertionConsumerService,
    ServiceProvider,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SSO_URL = "https://idp.example.test/adfs/ls/"
SP_ID = "https://sp.example.test/metadata"
ACS_URL = "https://sp.example.test/acs"
OTHER_ACS_URL = "https://sp.example.test/other"


@dataclass(frozen=True)
class Identity:
    """A key pair in the forms that the tests need."""

    pem: PemPair

    @cached_property
    def key(self) -> SigningKey:
        return SigningKey.from_pem(*self.pem)

    @property
    def certificate(self) -> str:
        return self.key.certificate


@pytest.fixture(scope="session")
def identities() -> SimpleNamespace:
    """One key pair each for us, the service provider and a stranger; made once, RSA is slow."""
    now = datetime.now(UTC)
    return SimpleNamespace(
        idp=Identity(new_signing_certificate("idp", now)),
        sp=Identity(new_signing_certificate("sp", now)),
        stranger=Identity(new_signing_certificate("stranger", now)),
        idp_ec=Identity(
            new_signing_certificate("idp ec", now, key=ec.generate_private_key(ec.SECP256R1()))
        ),
    )


class Sender:
    """A service provider that writes its messages by hand, and signs them with libxmlsec1."""

    element: str
    parameter = "SAMLRequest"
    body = ""
    attributes: Mapping[str, str] = {}
    harm: tuple[str, str]
    """What a forger would want to change in a good message, and into what."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity

    def message(
        self,
        children: str = "",
        *,
        issuer: str = SP_ID,
        message_id: str = "_request1",
        instant: str = "2026-11-24T12:00:00Z",
        version: str = "2.0",
        **attributes: str | None,
    ) -> bytes:
        """Return a good message; keyword attributes are added, or left out where None."""
        given = {"Destination": SSO_URL, **self.attributes, **attributes}
        written = "".join(
            f' {name}="{value}"' for name, value in given.items() if value is not None
        )
        return (
            f'<samlp:{self.element} xmlns:samlp="{uris.PROTOCOL}" xmlns:saml="{uris.ASSERTION}" '
            f'ID="{message_id}" Version="{version}" IssueInstant="{instant}"{written}>'
            f"<saml:Issuer>{issuer}</saml:Issuer>{children}{self.body}</samlp:{self.element}>"
        ).encode()

    def forged(self, message: bytes) -> bytes:
        """Return *message* with what a forger would change in it."""
        good, evil = self.harm
        return message.replace(good.encode(), evil.encode())

    def query(
        self,
        message: bytes | None = None,
        *,
        key: SigningKey | None = None,
        relay_state: str | None = None,
    ) -> bytes:
        """Return the query string of *message*, signed with *key* where there is one."""
        xml = self.message() if message is None else message
        return encode_redirect(
            xml, parameter=self.parameter, relay_state=relay_state, key=key
        ).encode()

    def sign(
        self,
        xml: bytes,
        *,
        method: object = xmlsec.Transform.RSA_SHA256,
        digest: object = xmlsec.Transform.SHA256,
        key: object = None,
        transforms: tuple[object, ...] = (xmlsec.Transform.ENVELOPED, xmlsec.Transform.EXCL_C14N),
        c14n: object = xmlsec.Transform.EXCL_C14N,
        uri: str | None = None,
        identity: Identity | None = None,
    ) -> bytes:
        """Return *xml* with an enveloped signature after its Issuer."""
        signer = identity or self.identity
        root = etree.fromstring(xml)
        template = xmlsec.template.create(root, c14n, method, ns="ds")
        root.insert(1, template)
        reference = xmlsec.template.add_reference(template, digest, uri=uri or f"#{root.get('ID')}")
        for transform in transforms:
            xmlsec.template.add_transform(reference, transform)
        data = xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(template))
        etree.SubElement(data, f"{{{uris.XMLDSIG}}}X509Certificate").text = signer.certificate
        context = xmlsec.SignatureContext()
        context.key = key or xmlsec.Key.from_memory(signer.pem.private_key, xmlsec.KeyFormat.PEM)
        context.register_id(root, "ID")
        context.sign(template)
        return etree.tostring(root)


class Requester(Sender):
    """Sends AuthnRequests."""

    element = "AuthnRequest"
    attributes: Mapping[str, str] = {"AssertionConsumerServiceURL": ACS_URL}
    harm = (ACS_URL, OTHER_ACS_URL)

    def request(self, children: str = "", *, request_id: str = "_request1", **more: Any) -> bytes:
        """Return a good AuthnRequest; keyword attributes are added, or left out where None."""
        return self.message(children, message_id=request_id, **more)


class LogoutRequester(Sender):
    """Sends LogoutRequests."""

    element = "LogoutRequest"
    body = "<saml:NameID>alice@example.test</saml:NameID>"
    harm = ("alice@", "mallory@")


class LogoutResponder(Sender):
    """Sends LogoutResponses."""

    element = "LogoutResponse"
    parameter = "SAMLResponse"
    body = f'<samlp:Status><samlp:StatusCode Value="{uris.SUCCESS}"/></samlp:Status>'
    attributes: Mapping[str, str] = {"InResponseTo": "_ours"}
    harm = (uris.SUCCESS, uris.RESPONDER)


@pytest.fixture
def sender(identities: SimpleNamespace) -> Requester:
    return Requester(identities.sp)


class Reader:
    """Our side: one trust, and the reader of one kind of message pointed at it."""

    def __init__(
        self,
        identity: Identity,
        read: Callable[..., Any] = read_authn_request,
        parameter: str = "SAMLRequest",
    ) -> None:
        self.parameter = parameter
        self._read = read
        self.trust = ServiceProvider(
            entity_id=SP_ID,
            assertion_consumer_services=(
                AssertionConsumerService(ACS_URL, index=0, is_default=True),
                AssertionConsumerService(OTHER_ACS_URL, index=7),
                AssertionConsumerService("https://sp.example.test/artifact", REDIRECT, index=9),
            ),
            signing_certificates=(identity.certificate,),
        )
        self.now = NOW

    def read(
        self, message: SamlMessage | bytes, *, require_signed: bool = False, **more: object
    ) -> Any:
        """Read *message*; bytes are what came by POST."""
        if isinstance(message, bytes):
            message = SamlMessage(message, None, POST, self.parameter)
        rules = RequestRules(self.trust, require_signed=require_signed)
        arguments = {
            "find_trust": {self.trust.entity_id: rules}.get,
            "destinations": (SSO_URL,),
            "now": self.now,
            **more,
        }
        return self._read(message, **arguments)


@pytest.fixture
def idp(identities: SimpleNamespace) -> Reader:
    return Reader(identities.sp)


KINDS = {
    # sender          reader
    Requester:        read_authn_request,
    LogoutRequester:  read_logout,
    LogoutResponder:  read_logout,
}  # fmt: skip
"""All messages that service providers send."""


def refused_code(idp: Reader, message: SamlMessage | bytes) -> str:
    """Return why *message* is refused; nobody vouches for it, so nobody is told.

    Only of an algorithm that the trust does not have is it told, as AD FS tells of it (event 378).
    """
    with pytest.raises(Refused) as caught:
        idp.read(message)
    if caught.value.status is not None and caught.value.code != UNEXPECTED_ALGORITHM:
        raise AssertionError("A message that nobody vouches for was answered")
    return caught.value.code
