"""SAML without the web: issuing an assertion, reading a request."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from bench.harness import Row
from idp.saml import uris
from idp.saml.assertions import write_response
from idp.saml.bindings import SamlMessage, decode_post, decode_redirect, encode_redirect
from idp.saml.canonical import instant
from idp.saml.keys import PemPair, new_signing_certificate
from idp.saml.messages import RequestRules
from idp.saml.requests import read_authn_request
from idp.saml.signing import SigningKey, sign_enveloped
from idp.saml.values import (
    EMAIL,
    Assertion,
    AssertionConsumerService,
    Attribute,
    AuthnRequest,
    NameID,
    ServiceProvider,
)

IDP = "http://idp.example.test/adfs/services/trust"
SSO = "https://idp.example.test/adfs/ls/"
SP = "https://sp.example.test/metadata"
ENCRYPTED_SP = "https://encrypted.example.test/metadata"
ACS = "https://sp.example.test/acs"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
MULTIPLE = "http://schemas.microsoft.com/claims/multipleauthn"
ATTRIBUTES = (
    Attribute(f"{CLAIMS}/upn", ("anna@example.test",)),
    Attribute(f"{CLAIMS}/emailaddress", ("anna@example.test",)),
    Attribute(f"{CLAIMS}/name", ("Anna Ångström",)),
    Attribute("http://schemas.xmlsoap.org/claims/Group", ("Staff", "Payroll", "Readers")),
    Attribute("http://schemas.microsoft.com/claims/authnmethodsreferences", (PASSWORD, MULTIPLE)),
)
_ids = count()


@dataclass(frozen=True, slots=True)
class Party:
    """One side of the trust: its key as PEM, and as a key that signs."""

    pair: PemPair
    key: SigningKey


def new_party(name: str) -> Party:
    """Return a party with a new RSA-2048 key."""
    pair = new_signing_certificate(name, datetime.now(UTC))
    return Party(pair, SigningKey.from_pem(*pair))


def rows(idp: Party, sp: Party) -> list[Row]:
    """Return the rows for these two parties."""
    trust = ServiceProvider(
        SP,
        (AssertionConsumerService(ACS),),
        signing_certificates=(sp.key.certificate,),
        authn_requests_signed=True,
    )

    def read(message: SamlMessage) -> AuthnRequest:
        return read_authn_request(
            message,
            find_trust={SP: RequestRules(trust)}.get,
            destinations=[SSO],
            now=datetime.now(UTC),
        )

    return [
        Row("issuing an assertion", 1.5, lambda _: issue(idp.key)),
        Row(
            "reading a signed AuthnRequest, Redirect",
            1.0,
            lambda query: read(decode_redirect(query)),
            lambda times: (redirect_query(sp.key) for _ in range(times)),
        ),
        Row(
            "reading a signed AuthnRequest, POST",
            1.0,
            lambda field: read(decode_post(field)),
            lambda times: (post_field(sp.key) for _ in range(times)),
        ),
    ]


def issue(key: SigningKey) -> bytes:
    """Return a response with a signed assertion of the usual claims."""
    now = datetime.now(UTC)
    return write_response(
        Assertion(
            id=f"_assertion{next(_ids)}",
            issuer=IDP,
            audience=SP,
            recipient=ACS,
            in_response_to="_request",
            issue_instant=now,
            not_before=now,
            not_on_or_after=now + timedelta(hours=1),
            confirmation_not_on_or_after=now + timedelta(minutes=5),
            authn_instant=now,
            session_index="_session",
            session_not_on_or_after=None,
            authn_context_class=PASSWORD,
            name_id=NameID("anna@example.test"),
            attributes=ATTRIBUTES,
        ),
        response_id="_response",
        destination=ACS,
        key=key,
    )


def redirect_query(key: SigningKey, issuer: str = SP) -> bytes:
    """Return the query of a new signed request."""
    head, tail, _ = _request(issuer)
    return encode_redirect((head + tail).encode(), relay_state="/page", key=key).encode()


def post_field(key: SigningKey, issuer: str = SP) -> str:
    """Return the form field of a new signed request."""
    return base64.b64encode(sign_enveloped(*_request(issuer), key).encode()).decode()


def _request(issuer: str = SP) -> tuple[str, str, str]:
    """Return a canonical request in two parts, before and after its signature, and its ID."""
    element_id = f"_request{next(_ids)}"
    head = (
        f'<samlp:AuthnRequest xmlns:samlp="{uris.PROTOCOL}" AssertionConsumerServiceURL="{ACS}"'
        f' Destination="{SSO}" ID="{element_id}" IssueInstant="{instant(datetime.now(UTC))}"'
        f' Version="2.0"><saml:Issuer xmlns:saml="{uris.ASSERTION}">{issuer}</saml:Issuer>'
    )
    policy = f'<samlp:NameIDPolicy AllowCreate="true" Format="{EMAIL}"></samlp:NameIDPolicy>'
    return head, f"{policy}</samlp:AuthnRequest>", element_id
