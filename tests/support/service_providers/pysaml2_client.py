"""pysaml2 as a service provider: what an independent library makes of our messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

# It must be imported before pysaml2, whose own schema check takes half a second to load.
from idp.embedded.test_sp.pysaml2_client import make_service_provider
from idp.saml.values import POST

if TYPE_CHECKING:
    from saml2.client import Saml2Client


def make_test_client(
    *,
    entity_id: str,
    acs_urls: Sequence[str],
    idp_metadata: str,
    key_pem: bytes | str,
    cert_pem: bytes | str,
    sign_requests: bool = True,
    want_assertions_signed: bool = True,
    want_response_signed: bool = False,
    accepted_time_diff: int = 60,
) -> Saml2Client:
    """Return pysaml2's client for a service provider at *acs_urls* that trusts *idp_metadata*.

    *key_pem* is RSA; *accepted_time_diff* is in seconds. Unsolicited responses are taken.
    """
    service_provider = {
        "endpoints": {"assertion_consumer_service": [(url, POST) for url in acs_urls]},
        "authn_requests_signed": sign_requests,
        "want_assertions_signed": want_assertions_signed,
        "want_response_signed": want_response_signed,
        "allow_unsolicited": True,
    }
    config = {
        "entityid": entity_id,
        "metadata": {"inline": [idp_metadata]},
        "service": {"sp": service_provider},
        "accepted_time_diff": accepted_time_diff,
        # Claim types have no NameFormat, and pysaml2 knows only some of them.
        "allow_unknown_attributes": True,
    }
    return make_service_provider(config, key_pem=key_pem, cert_pem=cert_pem)
