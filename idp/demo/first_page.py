"""The demo's first page: what to do, step by step, and which node answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from adapter.errors import TallystickError
from idp.demo.sample_users import SampleUser
from idp.demo.terminal import command_line
from idp.federation.relying_party.weak_settings import WEAK_SETTINGS
from idp.management.connect.applications import EXAMPLE_KIND, KINDS
from idp.management.connect.server_facts import facts_of
from idp.management.connect.settings import settings_for
from idp.session.node import NODE_COOKIE
from idp.web.cookies import cookie_is_secure, own_cookies, set_cookie_header
from idp.web.origin import is_same_origin

if TYPE_CHECKING:
    from idp.demo.radius import DemoRadius
    from idp.services import Services


def blueprint(
    services: Services,
    users: Sequence[SampleUser],
    *,
    sp_url: str,
    admin_token: str,
    config_file: Path,
    radius: DemoRadius | None = None,
) -> Blueprint:
    """Return the routes ``/``, ``/connect``, ``/node/NAME`` and ``/demo/``.

    *users* are shown with their passwords. Commands on the pages name *config_file*.
    """
    pages = FirstPage(services, users, sp_url, admin_token, config_file, radius)
    views = Blueprint(
        "demo",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/demo/static",
    )
    views.add_url_rule("/", "home", pages.home)
    views.add_url_rule("/node/<name>", "node", pages.choose_node)
    views.add_url_rule("/connect", "connect", pages.connect)
    views.add_url_rule("/connect/<thumbprint>.pem", "certificate", pages.certificate)
    views.add_url_rule("/demo/phone", "phone", pages.activate, methods=["POST"])
    return views


class FirstPage:
    """The views; newcomers sign in as the first of *users*."""

    def __init__(
        self,
        services: Services,
        users: Sequence[SampleUser],
        sp_url: str,
        admin_token: str,
        config_file: Path,
        radius: DemoRadius | None,
    ) -> None:
        self._services = services
        self._users = users
        self._sp_url = sp_url
        self._admin_token = admin_token
        self._config_file = config_file
        self._radius = radius
        self._base_url = services.config.server.base_url

    def home(self) -> str:
        """The first page."""
        from idp.management import nodes

        views = nodes.nodes(self._services)
        names = [view.node.name for view in views]
        chosen = own_cookies(request.cookies).get(NODE_COOKIE)
        newcomer = self._users[0]
        return render_template(
            "demo/home.html",
            nodes=views,
            answering=chosen if chosen in names else next(iter(names), None),
            users=self._users,
            newcomer=newcomer,
            approve=command_line("phone", "approve", "--file", newcomer.phone, "--number", "NN"),
            sp_url=self._sp_url,
            admin_token=self._admin_token,
            radius=self._radius,
            **self._connect_values(),
            weak_trusts=[
                (entity_id, weak.warning)
                for weak in WEAK_SETTINGS
                for entity_id in self._services.trusts.weakened_by(weak)
            ],
        )

    def connect(self) -> ResponseReturnValue:
        """What an application needs; with ``kind`` and ``url``, the settings to paste into it."""
        kind, url = request.args.get("kind", ""), request.args.get("url", "").strip()
        found, fault = None, ""
        if kind:
            try:
                found = settings_for(self._services, kind, url)
            except TallystickError as error:
                fault = str(error)
        page = render_template(
            "demo/connect.html",
            **self._connect_values(kind, url, fault),
            found=found,
            trust_command=command_line(*found.trust, "-c", self._config_file) if found else "",
            newcomer=self._users[0],
            admin_token=self._admin_token,
        )
        return page, 422 if fault else 200

    def certificate(self, thumbprint: str) -> ResponseReturnValue:
        """A token-signing certificate as a file."""
        from idp.admin.pages.connect import certificate_file  # loads the administration

        return certificate_file(self._services, thumbprint)

    def _connect_values(self, kind: str = "", url: str = "", fault: str = "") -> dict[str, Any]:
        return {
            "facts": facts_of(self._services),
            "certificate_at": lambda each: url_for("demo.certificate", thumbprint=each),
            "kinds": KINDS.values(),
            "kind": kind or EXAMPLE_KIND,
            "url": url,
            "fault": fault,
        }

    def choose_node(self, name: str) -> ResponseReturnValue:
        """Let this node answer requests of this browser from now on."""
        if self._services.farm.node(name) is None:
            raise NotFound
        back = redirect("/#nodes", 303)
        secure = cookie_is_secure(self._base_url)
        cookie = set_cookie_header(NODE_COOKIE, name, max_age=None, secure=secure, path="/")
        back.headers.add("Set-Cookie", cookie)
        return back

    def activate(self) -> str:
        """Create an activation code for the first sample user, shown as link and QR code."""
        if not is_same_origin(request, self._base_url):
            raise Forbidden
        import segno

        user = self._users[0]
        codes = self._services.mfa.activations.create(user.name, totp=False)
        url = f"{self._base_url}/authenticator/#{codes.link}"
        picture = segno.make(url, error="m").svg_data_uri(scale=5, border=4, light="#fff")
        return render_template("demo/phone.html", url=url, code=codes.typed, user=user, qr=picture)
