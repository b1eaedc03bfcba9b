"""SAML messages written by hand and signed in every way, and our reader of them.

``ServiceProvider`` sends messages to a server that runs. The writers here need no server, and sign
even what nobody should sign.
"""

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
from support.service_providers.metadata_parts import ACS_URL, OTHER_ACS_URL, SP_ID

from idp.saml import uris
from idp.saml.bindings import SamlMessage, encode_redirect
from idp.saml.keys import PemPair, new_signing_certificate
from idp.saml.logout import read_logout
from idp.saml.messages import RequestRules
from idp.saml.refusal import Refused
from idp.saml.requests import read_authn_request
from idp.saml.signature import UNEXPECTED_ALGORITHM
from idp.saml.signing import SigningKey, sign_enveloped
from idp.saml.values import (
    POST,
    REDIRECT,
    AssertionConsumerService,
    ServiceProvider,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SSO_URL = "https://idp.example.test/adfs/ls/"


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


def write_message(
    element: str, issuer: str, attributes: Mapping[str, str | None], children: str = ""
) -> bytes:
    """Return a message of the SAML protocol; what is given is XML, attributes of None left out."""
    written = "".join(
        f' {name}="{value}"' for name, value in attributes.items() if value is not None
    )
    return (
        f'<samlp:{element} xmlns:samlp="{uris.PROTOCOL}" xmlns:saml="{uris.ASSERTION}"{written}>'
        f"<saml:Issuer>{issuer}</saml:Issuer>{children}</samlp:{element}>"
    ).encode()


def sign_message(message: bytes, key: SigningKey) -> bytes:
    """Return *message* with a good enveloped signature of *key* after its Issuer."""
    root = etree.fromstring(message)
    canonical = etree.tostring(root, method="c14n", exclusive=True).decode()
    head, issuer_end, tail = canonical.partition("</saml:Issuer>")
    return sign_enveloped(head + issuer_end, tail, root.get("ID"), key).encode()


class MessageWriter:
    """Writes one kind of message by hand, and signs it with libxmlsec1."""

    element: str
    parameter = "SAMLRequest"
    body = ""
    attributes: Mapping[str, str] = {}
    harm: tuple[str, str]
    """What a forger would want to change in a good message, and into what."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity

    def message(
        self, children: str = "", *, issuer: str = SP_ID, **attributes: str | None
    ) -> bytes:
        """Return a good message; XML attributes given are added, or left out where None."""
        given = {
            "ID": "_request1",
            "Version": "2.0",
            "IssueInstant": "2026-11-24T12:00:00Z",
            "Destination": SSO_URL,
            **self.attributes,
            **attributes,
        }
        return write_message(self.element, issuer, given, children + self.body)

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


class AuthnRequestWriter(MessageWriter):
    element = "AuthnRequest"
    attributes: Mapping[str, str] = {"AssertionConsumerServiceURL": ACS_URL}
    harm = (ACS_URL, OTHER_ACS_URL)


class LogoutRequestWriter(MessageWriter):
    element = "LogoutRequest"
    body = "<saml:NameID>alice@example.test</saml:NameID>"
    harm = ("alice@", "mallory@")


class LogoutResponseWriter(MessageWriter):
    element = "LogoutResponse"
    parameter = "SAMLResponse"
    body = f'<samlp:Status><samlp:StatusCode Value="{uris.SUCCESS}"/></samlp:Status>'
    attributes: Mapping[str, str] = {"InResponseTo": "_ours"}
    harm = (uris.SUCCESS, uris.RESPONDER)


@pytest.fixture
def writer(identities: SimpleNamespace) -> MessageWriter:
    """The service provider's writer of AuthnRequests."""
    return AuthnRequestWriter(identities.sp)


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


READERS = {
    AuthnRequestWriter:    read_authn_request,
    LogoutRequestWriter:   read_logout,
    LogoutResponseWriter:  read_logout,
}  # fmt: skip
"""All messages that service providers send, and what reads each."""


def refused_code(idp: Reader, message: SamlMessage | bytes) -> str:
    """Return why *message* is refused; nobody vouches for it, so nobody is told.

    Only of an algorithm that the trust does not have is it told, as AD FS tells of it (event 378).
    """
    with pytest.raises(Refused) as caught:
        idp.read(message)
    if caught.value.status is not None and caught.value.code != UNEXPECTED_ALGORITHM:
        raise AssertionError("A message that nobody vouches for was answered")
    return caught.value.code
