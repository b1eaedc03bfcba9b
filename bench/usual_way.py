"""The same in pysaml2's usual way: its own objects, and a program for every signature."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

from bench import saml
from bench.harness import Row
from idp.saml.metadata import write_sp_metadata
from idp.saml.values import POST

PROGRAM = "xmlsec1"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def rows(idp: saml.Party, sp: saml.Party, folder: Path) -> list[Row]:
    """Return the rows of pysaml2 with Debian's xmlsec1; none if that is not installed."""
    program = shutil.which(PROGRAM)
    if program is None:
        return []
    server = _server(program, idp, sp, folder)
    return [
        Row("  by pysaml2 and xmlsec1: issuing", None, lambda _: _issue(server)),
        Row(
            "  by pysaml2 and xmlsec1: reading, POST",
            None,
            lambda field: server.parse_authn_request(field, POST),
            lambda times: (saml.post_field(sp.key) for _ in range(times)),
        ),
    ]


def _server(program: str, idp: saml.Party, sp: saml.Party, folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a cipher mode that cryptography is going to move
        from saml2.config import IdPConfig
        from saml2.server import Server
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    key.write_bytes(idp.pair.private_key)
    certificate.write_bytes(idp.pair.certificate)
    metadata = write_sp_metadata(
        entity_id=saml.SP,
        acs_urls=[saml.ACS],
        certificate=sp.key.certificate,
        authn_requests_signed=True,
    )
    service = {
        "endpoints": {"single_sign_on_service": [(saml.SSO, POST)]},
        "want_authn_requests_signed": True,
        "signing_algorithm": RSA_SHA256,
        "digest_algorithm": SHA256,
    }
    settings = {
        "entityid": saml.IDP,
        "xmlsec_binary": program,
        "key_file": str(key),
        "cert_file": str(certificate),
        "metadata": {"inline": [metadata.decode()]},
        "service": {"idp": service},
    }
    return Server(config=IdPConfig().load(settings))


def _issue(server: Any) -> str:
    response = server.create_authn_response(
        {"mail": ["anna@example.test"], "cn": ["Anna Ångström"]},
        in_response_to="_request",
        destination=saml.ACS,
        sp_entity_id=saml.SP,
        userid="anna@example.test",
        name_id_policy=None,
        authn={"class_ref": saml.PASSWORD},
        sign_assertion=True,
        sign_response=False,
        sign_alg=RSA_SHA256,
        digest_alg=SHA256,
    )
    return str(response)
