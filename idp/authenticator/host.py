"""The Flask blueprint of ``/authenticator/``: the web app, its files, and the signed API."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from adapter.mfa.devices.device import ANY_VERSION, CURRENT_APPS
from idp.audit.verbose import VerboseAudit
from idp.audit.writer import AuditWriter
from idp.authenticator.api import Api
from idp.authenticator.authentication import RequestAuthentication
from idp.authenticator.http import ApiHttp
from idp.mfa.phone_wait import PhoneWait
from idp.services import Services
from idp.session.node import AnsweringNode

APPS = (
    # platform   name                        version that the page proposes
    ("web",     "This page",                 ANY_VERSION),
    ("android", "Android",                   CURRENT_APPS["android"]),
    ("ios",     "iPhone or iPad (iOS)",      CURRENT_APPS["ios"]),
    ("wear-os", "Android watch (Wear OS)",   ANY_VERSION),
    ("watchos", "Apple Watch (watchOS)",     ANY_VERSION),
)  # fmt: skip
"""The apps that the page can rehearse."""


def make_blueprint(services: Services) -> Blueprint:
    """Return the host."""
    host = Blueprint(
        "authenticator",
        __name__,
        url_prefix="/authenticator",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )

    @host.get("/")
    def phone() -> ResponseReturnValue:
        base_url = services.config.server.base_url
        return render_template("authenticator/phone.html", base_url=base_url, apps=APPS)

    wait = PhoneWait(services.mfa.push, room=services.admission.phones)
    services.ending.callback(wait.close)
    config = services.config
    verbose = VerboseAudit(is_on=config.logging.audit == "verbose")
    api = Api(
        services,
        RequestAuthentication(services),
        wait,
        AuditWriter(services.sign_ins, services.clock, verbose, services.counters),
        AnsweringNode(config.server, services.farm),
    )
    host.add_url_rule(
        "/api/<path:name>",
        "api",
        ApiHttp(api, services),
        methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        provide_automatic_options=False,
    )
    return host
