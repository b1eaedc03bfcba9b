"""One response to a service provider that does not exist, as stages of faults are given it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from idp.saml.keys import PemPair, new_signing_certificate
from idp.saml.signing import SigningKey
from idp.saml.values import Assertion, Attribute, Encryption, NameID
from idp.saml_faults.scene import Scene

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ACS = "https://sp.example.test/acs"
SP = "https://sp.example.test/metadata"


@pytest.fixture(scope="session")
def idp_key() -> SigningKey:
    return SigningKey.from_pem(*new_signing_certificate("idp.example.test", NOW))


@pytest.fixture(scope="session")
def sp_pair() -> PemPair:
    return new_signing_certificate("sp.example.test", NOW)


@pytest.fixture
def scene(idp_key) -> Scene:
    """A response whose assertion alone is signed."""
    assertion = Assertion(
        id="_assertion",
        issuer="http://idp.example.test/adfs/services/trust",
        audience=SP,
        recipient=ACS,
        in_response_to="_request",
        issue_instant=NOW,
        not_before=NOW,
        not_on_or_after=NOW + timedelta(hours=1),
        confirmation_not_on_or_after=NOW + timedelta(minutes=5),
        authn_instant=NOW,
        session_index="_assertion",
        session_not_on_or_after=None,
        authn_context_class="urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
        name_id=NameID("user@example.test"),
        attributes=(Attribute("upn", ("user@example.test",)),),
    )
    return Scene(
        assertion,
        response_id="",
        destination=ACS,
        relay_state="kept",
        key=idp_key,
        sign_assertion=True,
        sign_response=False,
        encryption=None,
        now=NOW,
        next_key=idp_key,
    )


@pytest.fixture
def encryption(sp_pair) -> Encryption:
    key = SigningKey.from_pem(*sp_pair)
    return Encryption(key.certificate)
