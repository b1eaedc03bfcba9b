"""The pages of the test service provider: ask, receive, show."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Flask, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

import idp
from adapter.errors import TallystickError
from idp.embedded.test_sp.memory import Memory
from idp.embedded.test_sp.provider import ACS_PATH, SLO_PATH, Judgement, Provider
from idp.embedded.test_sp.requesting import BINDINGS, Wish
from idp.embedded.test_sp.showing import breakable, pretty, rows_of
from idp.embedded.test_sp.signing_out import SignedOut, SigningOut, is_meant
from idp.saml.bindings import SamlMessage, decode_post, decode_redirect, holds_message
from idp.saml.contexts import MULTIPLE_AUTHN
from idp.web import app as web
from idp.web.cookies import cookie_is_secure
from idp.web.headers import CONTENT_SECURITY_POLICY
from idp.web.origin import is_same_origin

COOKIE = "tallystick_test_sp"
MAX_RELAY_STATE_LENGTH = 1024

SUBMIT = "document.forms[0].submit()"
_SUBMIT_HASH = base64.b64encode(hashlib.sha256(SUBMIT.encode()).digest()).decode()
_POSTING_POLICY = (
    f"default-src 'none'; script-src 'sha256-{_SUBMIT_HASH}'; style-src 'self'; "
    "img-src data:; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(provider: Provider, *, idp_url: str) -> Flask:
    """Return the web application; *idp_url* is the federation server's base URL."""
    look = Path(idp.__file__).parent / "static"
    app = Flask("test_sp", static_folder=look, static_url_path="/static", template_folder=None)
    web.harden(app)
    app.register_blueprint(_blueprint(Pages(provider, idp_url)))
    return app


def _blueprint(pages: Pages) -> Blueprint:
    views = Blueprint(
        "test_sp",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/look",
    )
    views.add_url_rule("/", "start", pages.start)
    views.add_url_rule("/login", "login", pages.login)
    views.add_url_rule(ACS_PATH, "acs", pages.receive, methods=["POST"])
    views.add_url_rule(ACS_PATH, "typed", lambda: redirect("/", 303), methods=["GET"])
    views.add_url_rule("/assertion", "assertion", pages.assertion)
    views.add_url_rule("/logout", "logout", pages.logout, methods=["POST"])
    views.add_url_rule(SLO_PATH, "slo", pages.take_logout, methods=["GET", "POST"])
    views.add_url_rule("/forget", "forget", pages.forget, methods=["POST"])
    views.add_url_rule("/metadata", "metadata", pages.metadata)
    views.register_error_handler(TallystickError, pages.not_readable)
    views.add_app_template_filter(breakable)
    return views


class Pages:
    """The views; each reads the request, asks the provider, and shows what it says."""

    def __init__(self, provider: Provider, idp_url: str) -> None:
        self._provider = provider
        self._idp_url = idp_url
        self._sessions: Memory[Judgement] = Memory()
        self._signing_out = SigningOut(provider)

    def start(self) -> Response:
        """Offer every way to ask; say who is signed in."""
        query = f"loginToRp={quote(self._provider.entity_id, safe='')}&RelayState=from-the-server"
        return self._page(
            "start",
            current=self._current(),
            initiated=f"{self._idp_url}/adfs/ls/idpinitiatedsignon.aspx?{query}",
            multiple=MULTIPLE_AUTHN,
        )

    def login(self) -> ResponseReturnValue:
        """Start a sign-in: ``binding``, ``force``, ``passive``, ``context``, ``unsigned``."""
        wish = _wish(request.args, sign=self._provider.sign_requests)
        asked = self._provider.ask(wish)
        return self._sent(asked.address, asked.fields)

    def receive(self) -> Response:
        """The assertion consumer service: show the response that was posted."""
        if "SAMLResponse" not in request.form:
            return self._page("nothing", status=400, sentence="The form holds no SAMLResponse.")
        relay_state = request.form.get("RelayState", "")
        judgement = self._provider.judge(request.form["SAMLResponse"], relay_state)
        page = self._show(judgement)
        if judgement.accepted:
            self._remember(page, judgement)
        return page

    def assertion(self) -> ResponseReturnValue:
        """Show the assertion that this browser is signed in by."""
        current = self._current()
        return self._show(current) if current else redirect("/", 303)

    def logout(self) -> ResponseReturnValue:
        """Sign out here, and ask the federation server to end the session everywhere."""
        current = self._current()
        if current is None or not is_same_origin(request, self._provider.base_url):
            return redirect("/", 303)
        binding = _binding(request.form)
        relay_state = request.form.get("relay_state", "")[:MAX_RELAY_STATE_LENGTH]
        carried = self._signing_out.ask(current, binding, relay_state)
        self._sessions.take(request.cookies.get(COOKIE, ""))
        return self._sent(carried.address, carried.fields)

    def take_logout(self) -> ResponseReturnValue:
        """Take the federation server's log-out messages: end the session, or show the answer."""
        message = _message()
        if message is None:
            return redirect("/", 303)
        read = self._signing_out.read(message)
        if isinstance(read, SignedOut):
            return self._page("signed_out", signed_out=read, xml=pretty(message.xml))
        self._sessions.drop(lambda session: is_meant(read, session))
        carried = self._signing_out.answer(read, message)
        return self._sent(carried.address, carried.fields)

    def forget(self) -> ResponseReturnValue:
        """Sign out here; the federation server's own session lasts."""
        page = redirect("/", 303)
        if is_same_origin(request, self._provider.base_url):
            self._sessions.take(request.cookies.get(COOKIE, ""))
            page.delete_cookie(COOKIE)
        return page

    def metadata(self) -> Response:
        """Give the metadata of this service provider."""
        return Response(self._provider.metadata(), mimetype="application/samlmetadata+xml")

    def not_readable(self, error: TallystickError) -> Response:
        """Say that what came is no SAML response."""
        return self._page("nothing", status=400, sentence=str(error))

    def _sent(self, address: str, fields: dict[str, str]) -> ResponseReturnValue:
        """Send the browser to the federation server with a message."""
        if not fields:
            return redirect(address, 302)
        page = self._page("post", address=address, fields=fields, script=SUBMIT)
        page.headers["Content-Security-Policy"] = _POSTING_POLICY
        return page

    def _show(self, judgement: Judgement) -> Response:
        received = judgement.received
        status = 403 if judgement.objections else 200
        return self._page(
            "result" if received.is_success else "status",
            status=status,
            judgement=judgement,
            received=received,
            assertion=received.assertion,
            rows=rows_of(received, self._provider.clock.now()),
            xml=pretty(received.xml),
        )

    def _current(self) -> Judgement | None:
        return self._sessions.get(request.cookies.get(COOKIE, ""))

    def _remember(self, page: Response, judgement: Judgement) -> None:
        session = secrets.token_urlsafe(16)
        self._sessions.take(request.cookies.get(COOKIE, ""))
        self._sessions.put(session, judgement)
        secure = cookie_is_secure(self._provider.base_url)
        page.set_cookie(COOKIE, session, httponly=True, secure=secure, samesite="Lax")

    def _page(self, name: str, *, status: int = 200, **values: object) -> Response:
        text = render_template(
            f"test_sp/{name}.html", idp_url=self._idp_url, sp=self._provider, **values
        )
        page = Response(text, status, mimetype="text/html")
        # Without form-action: from here forms lead to the federation server.
        page.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return page


def _message() -> SamlMessage | None:
    """Return the message that the request carries, by either binding."""
    for parameter in ("SAMLRequest", "SAMLResponse"):
        if parameter in request.form:
            relay_state = request.form.get("RelayState")
            return decode_post(request.form[parameter], relay_state, parameter=parameter)
    return decode_redirect(request.query_string) if holds_message(request.query_string) else None


def _binding(arguments: Mapping[str, str]) -> str:
    binding = arguments.get("binding", "redirect")
    return binding if binding in BINDINGS else "redirect"


def _wish(arguments: Mapping[str, str], *, sign: bool) -> Wish:
    return Wish(
        binding=_binding(arguments),
        force_authn="force" in arguments,
        is_passive="passive" in arguments,
        context=arguments.get("context", "")[:256],
        relay_state=arguments.get("relay_state", "")[:MAX_RELAY_STATE_LENGTH],
        signed=sign and "unsigned" not in arguments,
    )
