"""What pysaml2, which djangosaml2 builds on, has to know of this site and the federation server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from saml2 import BINDING_HTTP_POST

SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def saml_config(idp_metadata_url: str, base_url: str, keys: Path) -> dict[str, Any]:
    """Return the setting ``SAML_CONFIG``; the folder *keys* has ``key.pem`` and ``cert.pem``."""
    return {
        "entityid": f"{base_url}/saml2/metadata/",
        "metadata": {"remote": [{"url": idp_metadata_url}]},
        "key_file": str(keys / "key.pem"),
        "cert_file": str(keys / "cert.pem"),
        "service": {
            "sp": {
                "endpoints": {
                    "assertion_consumer_service": [(f"{base_url}/saml2/acs/", BINDING_HTTP_POST)],
                    "single_logout_service": [(f"{base_url}/saml2/ls/post/", BINDING_HTTP_POST)],
                },
                "authn_requests_signed": True,
                "logout_requests_signed": True,
                "signing_algorithm": SHA256,
                "want_assertions_signed": True,
                "want_response_signed": False,
            },
        },
        # Not all claim types are in pysaml2's map for AD FS: those stay as they are.
        "allow_unknown_attributes": True,
    }
