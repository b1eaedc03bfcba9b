"""pysaml2 as a service provider, and responses of ours that it reads."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import saml2

from idp.embedded.test_sp.pysaml2_client import make_sp_client
from idp.saml.assertions import write_response
from idp.saml.metadata import write_idp_metadata
from idp.saml.values import Assertion, NameID

IDP_ID = "http://idp.example.test/adfs/services/trust"
SSO_URL = "https://idp.example.test/adfs/ls/"
SP_ID = "https://sp.example.test/metadata"
ACS_URL = "https://sp.example.test/acs"


def make_client(identities, *, signer=None, **more):
    signer = signer or identities.sp
    metadata = write_idp_metadata(
        entity_id=IDP_ID,
        ls_url=SSO_URL,
        certificates=[identities.idp.certificate],
        key=identities.idp.key,
        now=datetime.now(UTC),
    )
    return make_sp_client(
        entity_id=SP_ID,
        acs_urls=[ACS_URL],
        idp_metadata=metadata.decode(),
        key_pem=signer.pem.private_key,
        cert_pem=signer.pem.certificate,
        **more,
    )


def response_to(client, identities, **more) -> str:
    now = datetime.now(UTC)
    assertion = Assertion(
        id="_a1",
        issuer=IDP_ID,
        audience=SP_ID,
        recipient=ACS_URL,
        in_response_to="_request1",
        issue_instant=now,
        not_before=now,
        not_on_or_after=now + timedelta(hours=1),
        confirmation_not_on_or_after=now + timedelta(minutes=5),
        authn_instant=now,
        session_index="_a1",
        session_not_on_or_after=None,
        authn_context_class="urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        name_id=NameID("ada"),
        attributes=(),
    )
    return write_response(
        assertion, response_id="_r1", destination=ACS_URL, key=identities.idp.key, **more
    ).decode()


def accept(client, xml: str):
    return client.parse_authn_request_response(
        base64.b64encode(xml.encode()).decode(),
        saml2.BINDING_HTTP_POST,
        outstanding={"_request1": "/"},
    )
