"""A FastAPI application whose users sign in by SAML, with python3-saml."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Form, HTTPException, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from starlette.middleware.sessions import SessionMiddleware

UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"


def saml_settings(idp_metadata_url: str, base_url: str) -> dict[str, Any]:
    """Return python3-saml's settings; what they say of the federation server is in its metadata."""
    return {
        "strict": True,
        "sp": {
            "entityId": f"{base_url}/saml/metadata",
            "assertionConsumerService": {"url": f"{base_url}/saml/acs"},
            "NameIDFormat": UNSPECIFIED,
        },
        "idp": OneLogin_Saml2_IdPMetadataParser.parse_remote(idp_metadata_url)["idp"],
        "security": {
            "wantAssertionsSigned": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
        },
    }


def create_app(idp_metadata_url: str, base_url: str) -> FastAPI:
    """Return the application at *base_url*."""
    app = FastAPI()
    # The response comes by a POST from another site: the cookie has to travel with it.
    app.add_middleware(
        SessionMiddleware, secret_key=secrets.token_hex(), same_site="none", https_only=True
    )

    @app.get("/")
    def home(request: Request) -> Response:
        if "user" not in request.session:
            return RedirectResponse("/login")
        return PlainTextResponse(f"Signed in as {request.session['user']}")

    app.include_router(saml_pages(saml_settings(idp_metadata_url, base_url)))
    return app


def saml_pages(settings: dict[str, Any]) -> APIRouter:
    """Return the addresses that sign a user in, and the metadata."""
    pages = APIRouter()

    @pages.get("/login")
    def sign_in(request: Request) -> Response:
        auth = saml(request, settings)
        address = auth.login(return_to="/")
        request.session["request"] = auth.get_last_request_id()
        return RedirectResponse(address)

    @pages.post("/saml/acs")
    def receive(
        request: Request, saml_response: Annotated[str, Form(alias="SAMLResponse")]
    ) -> Response:
        auth = saml(request, settings, SAMLResponse=saml_response)
        auth.process_response(request_id=request.session.pop("request", "none"))
        if auth.get_errors() or not auth.is_authenticated():
            raise HTTPException(403, auth.get_last_error_reason())
        request.session["user"] = auth.get_nameid()
        return RedirectResponse("/", 303)

    @pages.get("/saml/metadata")
    def metadata() -> Response:
        found = OneLogin_Saml2_Settings(settings, sp_validation_only=True).get_sp_metadata()
        return Response(found, media_type="text/xml")

    return pages


def saml(request: Request, settings: dict[str, Any], **post_data: str) -> OneLogin_Saml2_Auth:
    """Return python3-saml's view of a request."""
    about = {
        "https": "on" if request.url.scheme == "https" else "off",
        "http_host": request.url.netloc,
        "script_name": request.url.path,
        "get_data": dict(request.query_params),
        "post_data": post_data,
    }
    return OneLogin_Saml2_Auth(about, settings)
