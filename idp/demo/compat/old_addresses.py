"""Answers at the addresses of the image ``test-saml-idp``, and takes its user names."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote_plus, unquote_plus, urlencode

from flask import Blueprint, Response, redirect

from idp.demo.compat.image import UPNS
from idp.demo.compat.server import BEGIN_LOG_OUT, FOLDER, LOG_OUT, METADATA, SIGN_ON, metadata_of
from idp.saml.bindings import decode_redirect, encode_redirect, holds_message
from idp.saml.logout import is_logout
from idp.saml.messages import read_issuer
from idp.saml.refusal import Refused
from idp.saml.xml import parse
from idp.signin.paths import LIST, LS, SIGN_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask

    from idp.demo.compat.image import Compat
    from idp.saml.signing import SigningKey
    from idp.services import Services

XML = "application/xml"
_USER_NAME = re.compile(rb"(?:(?<=&)|^)UserName=([^&]*)")


def answer_old_addresses(app: Flask, services: Services, compat: Compat, key: SigningKey) -> None:
    """Let *app* answer at the image's addresses; *key* vouches for its service provider."""
    views = Blueprint("compat", __name__)
    views.add_url_rule(METADATA, "metadata", lambda: Response(metadata_of(services), mimetype=XML))
    views.add_url_rule(FOLDER, "home", lambda: redirect("/"))
    app.register_blueprint(views)
    service_provider = compat.variables.service_provider.entity_id
    app.wsgi_app = OldAddresses(app.wsgi_app, service_provider, key)  # type: ignore[method-assign]  # Flask's own way


class OldAddresses:
    """WSGI middleware that leads the image's addresses to ours, and completes its user names.

    It redirects, since some cookies have ``Path=/adfs``; a 307 keeps method and body.

    The image checks no signatures, and its service providers sign nothing. Log-out messages have to
    be signed here. So those of *service_provider* that come by HTTP-Redirect get a signature of
    *key*, whose certificate its trust has; and so does a signed AuthnRequest, since the variables
    tell no certificate of it. All other messages pass byte for byte.
    """

    def __init__(self, app: WSGIApplication, service_provider: str, key: SigningKey) -> None:
        self._app = app
        self._service_provider = service_provider
        self._key = key

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path, is_post = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"] == "POST"
        if path in (SIGN_ON, LOG_OUT, BEGIN_LOG_OUT):
            query = environ.get("QUERY_STRING", "").encode("latin-1")
            return _moved(*self._lead(path, query, is_post=is_post), start_response)
        if is_post and path.startswith("/adfs/"):
            _complete_user_name(environ)
        return self._app(environ, start_response)

    def _lead(self, path: str, query: bytes, *, is_post: bool) -> tuple[str, bytes]:
        """Return our path and query for those of the image."""
        if holds_message(query):
            return LS, self._vouch_for(query)
        fields = parse_qs(query.decode("latin-1"), encoding="utf-8")
        if path == SIGN_ON and "spentityid" in fields:
            names = {"spentityid": "loginToRp", "RelayState": "RelayState"}
            return LIST, urlencode(
                [(ours, value) for name, ours in names.items() for value in fields.get(name, ())]
            ).encode()
        if path == SIGN_ON or is_post:
            return LS, query
        return SIGN_OUT, b""

    def _vouch_for(self, query: bytes) -> bytes:
        """Return the query of a message as this class signs it; what is wrong passes unchanged."""
        try:
            message = decode_redirect(query)
            is_own = read_issuer(parse(message.xml)) == self._service_provider
            if not is_own or not (message.redirect_signature or is_logout(message)):
                return query
        except Refused:
            return query
        return encode_redirect(
            message.xml,
            parameter=message.parameter,
            relay_state=message.relay_state,
            key=self._key,
        ).encode()


def _moved(path: str, query: bytes, start_response: StartResponse) -> Iterable[bytes]:
    """Redirect to *path*; no library may spell *query* otherwise, since it may be signed."""
    location = path + (f"?{query.decode('latin-1')}" if query else "")
    headers = [("Location", location), ("Content-Length", "0"), ("Cache-Control", "no-store")]
    start_response("307 Temporary Redirect", headers)
    return []


def _complete_user_name(environ: WSGIEnvironment) -> None:
    """Put the domain to a user name of the image in a posted form.

    The web server has read the body already, unless it is too large for any form of ours.
    """
    if not isinstance(environ["wsgi.input"], io.BytesIO):
        return
    body = _USER_NAME.sub(_completed, environ["wsgi.input"].getvalue())
    environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}


def _completed(field: re.Match[bytes]) -> bytes:
    typed = unquote_plus(field[1].decode("latin-1"))
    upn = UPNS.get(typed.strip().lower())
    return field[0] if upn is None else f"UserName={quote_plus(upn)}".encode()
