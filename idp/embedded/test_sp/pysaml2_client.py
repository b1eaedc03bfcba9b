"""pysaml2 as a service provider: it writes requests and checks responses.

Together with ``pysaml2_crypto`` the only module that wraps pysaml2's entities, so that no other one
uses its names. Importing it imports pysaml2, which takes a fifth of a second.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from idp.embedded.test_sp import pysaml2_crypto
from idp.embedded.test_sp.authn_request import BINDINGS, OutgoingRequest, RequestOptions
from idp.saml import uris
from idp.saml.canonical import instant
from idp.saml.signing import SigningKey
from idp.saml.values import POST

with pysaml2_crypto.compiled_schema():
    from saml2.client import Saml2Client
    from saml2.config import SPConfig


class Pysaml2ServiceProvider:
    """A service provider that pysaml2 plays; see :func:`make_sp_client` for the arguments."""

    def __init__(self, **options: Any) -> None:
        self._client = make_sp_client(**options)

    def create_request(self, options: RequestOptions, now: datetime) -> OutgoingRequest:
        """Return an AuthnRequest to the federation server, issued at *now*."""
        client, binding = self._client, BINDINGS[options.binding]
        entity_id = next(iter(client.metadata.with_descriptor("idpsso")))
        _, address = client.pick_binding("single_sign_on_service", [binding], entity_id=entity_id)
        request_id, request = client.create_authn_request(
            address, sign=False, **_arguments(options)
        )
        request.issue_instant = instant(now)  # pysaml2 would use the clock of this machine
        if options.binding == "redirect":
            sent = client.apply_binding(
                binding,
                str(request),
                address,
                relay_state=options.relay_state,
                sign=options.signed,
            )
            return OutgoingRequest(request_id, dict(sent["headers"])["Location"], {})
        message = client.sign(request) if options.signed else request
        fields = {"SAMLRequest": base64.b64encode(str(message).encode()).decode()}
        if options.relay_state:
            fields["RelayState"] = options.relay_state
        return OutgoingRequest(request_id, address, fields)

    def objection_to(self, saml_response: str, accepted_seconds: int) -> str | None:
        """Return why pysaml2 refuses a response, None if it accepts it.

        *saml_response* is the base64 of the form field; *accepted_seconds* is how much clocks may
        differ.
        """
        self._client.config.accepted_time_diff = accepted_seconds
        try:
            read = self._client.parse_authn_request_response(saml_response, POST, outstanding={})
        except Exception as error:  # pysaml2 refuses by exceptions of many types
            return f"pysaml2 refuses it: {type(error).__name__}: {error}"
        return None if read else "pysaml2 cannot read it."


def make_sp_client(
    *,
    entity_id: str,
    acs_urls: Sequence[str],
    idp_metadata: str,
    key_pem: bytes | str,
    cert_pem: bytes | str,
    sign_requests: bool = True,
    want_assertions_signed: bool = True,
    want_response_signed: bool = False,
    want_either_signed: bool = False,
    accepted_time_diff: int = 60,
) -> Saml2Client:
    """Return pysaml2's client for a service provider at *acs_urls* that trusts *idp_metadata*.

    *key_pem* is an RSA key; *accepted_time_diff* is in seconds. Unsolicited responses are accepted.
    """
    service_provider = {
        "endpoints": {"assertion_consumer_service": [(url, POST) for url in acs_urls]},
        "authn_requests_signed": sign_requests,
        "want_assertions_signed": want_assertions_signed,
        "want_response_signed": want_response_signed,
        "want_assertions_or_response_signed": want_either_signed,
        "allow_unsolicited": True,
    }
    config = {
        "entityid": entity_id,
        "metadata": {"inline": [idp_metadata]},
        "service": {"sp": service_provider},
        "accepted_time_diff": accepted_time_diff,
        # AD FS names attributes by claim types; they have no NameFormat, and pysaml2 knows few.
        "allow_unknown_attributes": True,
    }
    return make_configured_client(config, key_pem=key_pem, cert_pem=cert_pem)


def make_configured_client(
    config: Mapping[str, Any], *, key_pem: bytes | str, cert_pem: bytes | str
) -> Saml2Client:
    """Return a Saml2Client with *config*, in pysaml2's own keys, that signs with *key_pem*."""
    key = SigningKey.from_pem(key_pem, cert_pem)
    # pysaml2 reads algorithms from the service and silently ignores them at the top level.
    algorithms = {"signing_algorithm": uris.RSA_SHA256, "digest_algorithm": uris.SHA256}
    service = {"sp": {**config["service"]["sp"], **algorithms}}
    loaded = SPConfig().load({**config, "service": service, "crypto_backend": "XMLSecurity"})
    # Without converters attributes keep their names; pysaml2's maps would rename some claim types.
    loaded.attribute_converters = []
    client = Saml2Client(config=loaded)
    client.sec = pysaml2_crypto.make_security_context(
        client.metadata, key, pysaml2_crypto.to_bytes(key_pem)
    )
    client.metadata.security = client.sec
    return client


def _arguments(options: RequestOptions) -> dict[str, Any]:
    """Return the options as arguments of pysaml2, which wants booleans as text."""
    arguments: dict[str, Any] = {}
    if options.force_authn:
        arguments["force_authn"] = "true"
    if options.is_passive:
        arguments["is_passive"] = "true"
    if options.context:
        arguments["requested_authn_context"] = {"authn_context_class_ref": [options.context]}
    return arguments
