"""Characters for the SAML tests: our keys, a service provider that writes requests, our reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from types import SimpleNamespace

import pytest
import xmlsec
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from idp.saml import uris
from idp.saml.bindings import SamlMessage
from idp.saml.keys import PemPair, new_signing_certificate
from idp.saml.refusal import Refused
from idp.saml.requests import read_authn_request
from idp.saml.signing import SigningKey
from idp.saml.values import (
    POST,
    REDIRECT,
    AssertionConsumerService,
    AuthnRequest,
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


class Requester:
    """A service provider that writes its requests by hand, and signs them with libxmlsec1."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity

    def request(
        self,
        children: str = "",
        *,
        issuer: str = SP_ID,
        request_id: str = "_request1",
        instant: str = "2026-11-24T12:00:00Z",
        version: str = "2.0",
        **attributes: str | None,
    ) -> bytes:
        """Return a good AuthnRequest; keyword attributes are added, or left out where None."""
        given = {"Destination": SSO_URL, "AssertionConsumerServiceURL": ACS_URL, **attributes}
        written = "".join(
            f' {name}="{value}"' for name, value in given.items() if value is not None
        )
        return (
            f'<samlp:AuthnRequest xmlns:samlp="{uris.PROTOCOL}" xmlns:saml="{uris.ASSERTION}" '
            f'ID="{request_id}" Version="{version}" IssueInstant="{instant}"{written}>'
            f"<saml:Issuer>{issuer}</saml:Issuer>{children}</samlp:AuthnRequest>"
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


@pytest.fixture
def sp(identities: SimpleNamespace) -> Requester:
    return Requester(identities.sp)


class Reader:
    """Our side: one trust, and the reader of requests pointed at it."""

    def __init__(self, identity: Identity) -> None:
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

    def read(self, message: SamlMessage | bytes, **more: object) -> AuthnRequest:
        """Read *message*; bytes are what came by POST."""
        if isinstance(message, bytes):
            message = SamlMessage(message, None, POST)
        arguments = {
            "find_service_provider": {self.trust.entity_id: self.trust}.get,
            "destinations": (SSO_URL,),
            "now": self.now,
            **more,
        }
        return read_authn_request(message, **arguments)


@pytest.fixture
def idp(identities: SimpleNamespace) -> Reader:
    return Reader(identities.sp)


def refused_code(idp: Reader, message: SamlMessage | bytes) -> str:
    """Return why *message* is refused; nobody vouches for it, so nobody is told."""
    with pytest.raises(Refused) as caught:
        idp.read(message)
    if caught.value.status is not None:
        raise AssertionError("A message that nobody vouches for was answered")
    return caught.value.code
