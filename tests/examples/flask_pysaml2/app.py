"""A Flask application whose users sign in and out by SAML, with pysaml2."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, redirect, request, session
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.ident import code, decode
from saml2.metadata import create_metadata_string

SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def saml_config(idp_metadata_url: str, base_url: str, keys: Path) -> dict[str, Any]:
    """Return pysaml2's configuration; the folder *keys* has ``key.pem`` and ``cert.pem``."""
    return {
        "entityid": f"{base_url}/saml/metadata",
        "metadata": {"remote": [{"url": idp_metadata_url}]},
        "key_file": str(keys / "key.pem"),
        "cert_file": str(keys / "cert.pem"),
        "service": {
            "sp": {
                "endpoints": {
                    "assertion_consumer_service": [(f"{base_url}/saml/acs", BINDING_HTTP_POST)],
                    "single_logout_service": [(f"{base_url}/saml/slo", BINDING_HTTP_POST)],
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


def create_app(idp_metadata_url: str, base_url: str, keys: Path) -> Flask:
    """Return the application at *base_url*."""
    app = Flask(__name__)
    app.secret_key = secrets.token_bytes()
    # The response comes by a POST from another site: the cookie has to travel with it.
    app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)

    @app.get("/")
    def home():
        return f"Signed in as {session['user']}" if "user" in session else redirect("/login")

    saml = Saml2Client(SPConfig().load(saml_config(idp_metadata_url, base_url, keys)))
    app.register_blueprint(sign_in_pages(saml))
    app.register_blueprint(sign_out_pages(saml))
    return app


def sign_in_pages(saml: Saml2Client) -> Blueprint:
    """Return the addresses that sign a user in, and the metadata."""
    pages = Blueprint("sign_in", __name__)

    @pages.get("/login")
    def sign_in():
        session["request"], sent = saml.prepare_for_authenticate(binding=BINDING_HTTP_REDIRECT)
        return redirect(dict(sent["headers"])["Location"])

    @pages.post("/saml/acs")
    def receive():
        outstanding = {session.pop("request", None): "/"}
        try:
            response = saml.parse_authn_request_response(
                request.form["SAMLResponse"], BINDING_HTTP_POST, outstanding
            )
            name_id = response.get_subject()
        except Exception as error:  # pysaml2 refuses by exceptions of many types
            current_app.logger.warning("A response is refused: %s: %s", type(error).__name__, error)
            return "This sign-in is refused.", 403
        session["user"], session["name_id"] = name_id.text, code(name_id)
        return redirect("/", 303)

    @pages.get("/saml/metadata")
    def metadata():
        return Response(create_metadata_string(None, saml.config), mimetype="text/xml")

    return pages


def sign_out_pages(saml: Saml2Client) -> Blueprint:
    """Return the addresses that sign a user out."""
    pages = Blueprint("sign_out", __name__)

    @pages.get("/logout")
    def sign_out():
        [(_binding, sent)] = saml.global_logout(decode(session["name_id"])).values()
        session.clear()
        return redirect(dict(sent["headers"])["Location"])

    @pages.post("/saml/slo")
    def signed_out():
        response = saml.parse_logout_request_response(
            request.form["SAMLResponse"], BINDING_HTTP_POST
        )
        saml.handle_logout_response(response)
        return "Signed out."

    return pages
