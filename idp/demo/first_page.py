"""The demo's first page: what to do, in which order, and where the build is switched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from idp.demo.people import Person
from idp.demo.terminal import command
from idp.session.node import NODE_COOKIE
from idp.web.cookies import cookie_is_secure
from idp.web.origin import is_same_origin

if TYPE_CHECKING:
    from idp.services import Services


def blueprint(
    services: Services, people: Sequence[Person], *, sp_url: str, admin_token: str
) -> Blueprint:
    """Return the blueprint of ``/``, ``/node/NAME`` and ``/demo/``."""
    pages = FirstPage(services, people, sp_url, admin_token)
    made = Blueprint(
        "demo",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/demo/static",
    )
    made.add_url_rule("/", "home", pages.home)
    made.add_url_rule("/node/<name>", "node", pages.choose_node)
    made.add_url_rule("/demo/phone", "phone", pages.activate, methods=["POST"])
    return made


class FirstPage:
    """The views; the first of *people* is who newcomers sign in as."""

    def __init__(
        self, services: Services, people: Sequence[Person], sp_url: str, admin_token: str
    ) -> None:
        self._services = services
        self._people = people
        self._sp_url = sp_url
        self._admin_token = admin_token
        self._base_url = services.config.server.base_url

    def home(self) -> str:
        """Tell a newcomer what to do."""
        from idp.management import nodes as farm

        nodes = farm.nodes(self._services)
        names = [view.node.name for view in nodes]
        chosen = request.cookies.get(NODE_COOKIE)
        return render_template(
            "demo/home.html",
            nodes=nodes,
            answering=chosen if chosen in names else next(iter(names), None),
            people=self._people,
            newcomer=self._people[0],
            approve=command("phone", "approve", "--file", self._people[0].phone, "--number", "NN"),
            sp_url=self._sp_url,
            admin_token=self._admin_token,
            weak_trusts=self._services.trusts.signing_with_sha1(),
        )

    def choose_node(self, name: str) -> ResponseReturnValue:
        """Let a node of the farm answer this browser from now on."""
        if self._services.farm.node(name) is None:
            raise NotFound
        back = redirect("/#nodes", 303)
        secure = cookie_is_secure(self._base_url)
        back.set_cookie(
            NODE_COOKIE,
            name,
            httponly=True,
            secure=secure,
            samesite="None" if secure else "Lax",
        )
        return back

    def activate(self) -> str:
        """Make an activation code for the newcomer, and show it as a link and a QR code."""
        if not is_same_origin(request, self._base_url):
            raise Forbidden
        import segno

        person = self._people[0]
        code = self._services.mfa.activations.create(person.name, totp=False)
        url = f"{self._base_url}/authenticator/#{code}"
        picture = segno.make(url, error="m").svg_data_uri(scale=5, border=4, light="#fff")
        return render_template("demo/phone.html", url=url, code=code, person=person, qr=picture)
