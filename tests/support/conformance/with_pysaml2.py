"""pysaml2 as a service provider, with its own defaults; ``xmlsec1.py`` has its cryptography."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, sigver
from saml2.client import Saml2Client
from saml2.config import SPConfig
from xmlsec1 import InProcess

sigver.Popen = InProcess
SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


class Library:
    """What the pages call."""

    def __init__(self, given: dict) -> None:
        folder = Path(tempfile.mkdtemp())
        (folder / "key.pem").write_text(given["private_key"])
        (folder / "certificate.pem").write_text(given["certificate"])
        pair = {
            "key_file": str(folder / "key.pem"),
            "cert_file": str(folder / "certificate.pem"),
        }
        base_url = given["base_url"]
        config = {
            "entityid": given["entity_id"],
            "xmlsec_binary": sys.executable,  # it must exist; see InProcess
            "metadata": {"inline": [given["idp_metadata"]]},
            "allow_unknown_attributes": True,
            **pair,
            "encryption_keypairs": [pair],
            "service": {
                "sp": {
                    "endpoints": {
                        "assertion_consumer_service": [(f"{base_url}/acs", BINDING_HTTP_POST)],
                        "single_logout_service": [(f"{base_url}/slo", BINDING_HTTP_REDIRECT)],
                    },
                    "authn_requests_signed": True,
                    "want_assertions_signed": True,
                    "want_response_signed": False,
                    "signing_algorithm": SHA256,
                }
            },
        }
        self._client = Saml2Client(config=SPConfig().load(config))
        self._outstanding: dict[str, str] = {}

    def login(self, request, visitor: dict) -> str:
        request_id, sent = self._client.prepare_for_authenticate(
            binding=BINDING_HTTP_REDIRECT, relay_state="/me", sign=True, sigalg=SHA256
        )
        visitor["request"] = request_id
        return dict(sent["headers"])["Location"]

    def accept(self, request, visitor: dict) -> str:
        outstanding = {visitor["request"]: "/me"} if "request" in visitor else {}
        response = self._client.parse_authn_request_response(
            request.form["SAMLResponse"], BINDING_HTTP_POST, outstanding
        )
        if response is None:
            raise ValueError("there is no response")
        visitor["name_id"] = response.session_info()["name_id"]
        return visitor["name_id"].text

    def log_out(self, request, visitor: dict) -> bool:
        name_id = visitor["name_id"]
        self._client.handle_logout_request(
            request.args["SAMLRequest"],
            name_id,
            BINDING_HTTP_REDIRECT,
            sign=True,
            sign_alg=SHA256,
            relay_state=request.args.get("RelayState", ""),
        )
        return str(name_id) not in map(str, self._client.users.subjects())
