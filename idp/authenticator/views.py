"""Flask at ``/authenticator/``: the views of the web app and its files, and of the signed API."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from adapter.mfa.devices.device import ANY_VERSION, CURRENT_APPS
from idp.authenticator import installable
from idp.authenticator.host import ENDPOINT, ApiHost
from idp.authenticator.phone_texts import phone_texts
from idp.services import Services
from idp.web.activity import current_exchange
from idp.web.flask_adapter import as_response
from idp.web.page_texts import mark

APPS = (
    # platform   name                        version that the page proposes
    ("web",     mark("This page"),                 ANY_VERSION),
    ("android", "Android",                   CURRENT_APPS["android"]),
    ("ios",     mark("iPhone or iPad (iOS)"),    CURRENT_APPS["ios"]),
    ("wear-os", mark("Android watch (Wear OS)"), ANY_VERSION),
    ("watchos", "Apple Watch (watchOS)",     ANY_VERSION),
)  # fmt: skip
"""The apps that the page can rehearse."""

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}
"""Of the phone page alone: it is an app, it scans QR codes with the camera, and our own sign-in
page may show it over itself (an iOS broker flow)."""


def make_blueprint(api: ApiHost, services: Services) -> Blueprint:
    """Return Flask's views of all addresses, those of *api* among them."""
    host = Blueprint(
        "authenticator",
        __name__,
        url_prefix="/authenticator",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )

    def page() -> str:
        base_url = services.config.server.base_url
        return render_template(
            "authenticator/phone.html", base_url=base_url, apps=APPS, texts=phone_texts()
        )

    @host.get("/")
    def phone() -> ResponseReturnValue:
        return page(), PAGE_HEADERS

    installable.add_routes(host, page)

    def call(name: str) -> Response:
        return as_response(api.answer(name, current_exchange()))

    host.add_url_rule(
        "/api/<path:name>",
        ENDPOINT,
        call,
        methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        provide_automatic_options=False,
    )
    return host
