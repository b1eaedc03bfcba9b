"""The pages of the test service provider: send a request, receive and show the response."""

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
from idp.embedded.test_sp.authn_request import BINDINGS, RequestOptions
from idp.embedded.test_sp.logout_exchange import LogoutExchange, LogoutResult, ends_session
from idp.embedded.test_sp.recent_values import RecentValues
from idp.embedded.test_sp.response_table import breakable, indented, rows_of
from idp.embedded.test_sp.service_provider import (
    ACS_PATH,
    SLO_PATH,
    CheckedResponse,
    SimulatedServiceProvider,
)
from idp.saml.bindings import SamlMessage, decode_post, decode_redirect, holds_message
from idp.saml.contexts import MULTIPLE_AUTHN
from idp.web import app as web
from idp.web.cookies import (
    cookie_is_secure,
    delete_cookie_header,
    own_cookies,
    set_cookie_header,
)
from idp.web.headers import CONTENT_SECURITY_POLICY
from idp.web.origin import is_same_origin
from idp.web.own_host import answer_own_host_only

COOKIE = "tallystick_test_sp"
MAX_RELAY_STATE_LENGTH = 1024

SUBMIT = "document.forms[0].submit()"
_SUBMIT_HASH = base64.b64encode(hashlib.sha256(SUBMIT.encode()).digest()).decode()
_POSTING_POLICY = (
    f"default-src 'none'; script-src 'sha256-{_SUBMIT_HASH}'; style-src 'self'; "
    "img-src data:; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(provider: SimulatedServiceProvider, *, idp_url: str) -> Flask:
    """Return the web application; *idp_url* is the federation server's base URL."""
    shared_static = Path(idp.__file__).parent / "static"
    app = Flask(
        "test_sp", static_folder=shared_static, static_url_path="/static", template_folder=None
    )
    web.harden(app)
    app.register_blueprint(_blueprint(SpPages(provider, idp_url)))
    answer_own_host_only(app, provider.base_url)
    return app


def _blueprint(pages: SpPages) -> Blueprint:
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


class SpPages:
    """The views; each reads the request, calls the service provider, and renders a page."""

    def __init__(self, provider: SimulatedServiceProvider, idp_url: str) -> None:
        self._provider = provider
        self._idp_url = idp_url
        self._sessions: RecentValues[CheckedResponse] = RecentValues()
        self._logout = LogoutExchange(provider)

    def start(self) -> Response:
        """The start page: the options of a request, and who is signed in."""
        query = f"loginToRp={quote(self._provider.entity_id, safe='')}&RelayState=from-the-server"
        return self._page(
            "start",
            current=self._current(),
            initiated=f"{self._idp_url}/adfs/ls/idpinitiatedsignon.aspx?{query}",
            multiple=MULTIPLE_AUTHN,
        )

    def login(self) -> ResponseReturnValue:
        """Start a sign-in: ``binding``, ``force``, ``passive``, ``context``, ``unsigned``."""
        options = _options(request.args, sign=self._provider.sign_requests)
        sent = self._provider.create_request(options)
        return self._send(sent.address, sent.fields)

    def receive(self) -> Response:
        """The assertion consumer service: show the response, and sign in if it is accepted."""
        if "SAMLResponse" not in request.form:
            return self._page("nothing", status=400, sentence="The form contains no SAMLResponse.")
        relay_state = request.form.get("RelayState", "")
        checked = self._provider.check_response(request.form["SAMLResponse"], relay_state)
        page = self._response_page(checked)
        if checked.is_accepted:
            self._start_session(page, checked)
        return page

    def assertion(self) -> ResponseReturnValue:
        """Show the assertion with which this browser signed in."""
        current = self._current()
        return self._response_page(current) if current else redirect("/", 303)

    def logout(self) -> ResponseReturnValue:
        """Sign out here, and ask the federation server to sign out of all applications."""
        current = self._current()
        if current is None or not is_same_origin(request, self._provider.base_url):
            return redirect("/", 303)
        binding = _binding(request.form)
        relay_state = request.form.get("relay_state", "")[:MAX_RELAY_STATE_LENGTH]
        sent = self._logout.create_request(current, binding, relay_state)
        self._sessions.take(_session_of_browser())
        return self._send(sent.address, sent.fields)

    def take_logout(self) -> ResponseReturnValue:
        """The single log-out service: end the session, or show the federation server's answer."""
        message = _message()
        if message is None:
            return redirect("/", 303)
        read = self._logout.read(message)
        if isinstance(read, LogoutResult):
            return self._page("signed_out", result=read, xml=indented(message.xml))
        self._sessions.remove_if(lambda session: ends_session(read, session))
        sent = self._logout.create_response(read, message)
        return self._send(sent.address, sent.fields)

    def forget(self) -> ResponseReturnValue:
        """Sign out here only; the federation server's session goes on."""
        page = redirect("/", 303)
        if is_same_origin(request, self._provider.base_url):
            self._sessions.take(_session_of_browser())
            secure = cookie_is_secure(self._provider.base_url)
            page.headers.add(
                "Set-Cookie", delete_cookie_header(COOKIE, secure=secure, path="/", same_site="Lax")
            )
        return page

    def metadata(self) -> Response:
        """The metadata of this service provider."""
        return Response(self._provider.metadata(), mimetype="application/samlmetadata+xml")

    def not_readable(self, error: TallystickError) -> Response:
        """Say why a message cannot be read."""
        return self._page("nothing", status=400, sentence=str(error))

    def _send(self, address: str, fields: dict[str, str]) -> ResponseReturnValue:
        """Send the browser to the federation server with a message: by redirect, or by a form."""
        if not fields:
            return redirect(address, 302)
        page = self._page("post", address=address, fields=fields, script=SUBMIT)
        page.headers["Content-Security-Policy"] = _POSTING_POLICY
        return page

    def _response_page(self, checked: CheckedResponse) -> Response:
        received = checked.received
        status = 403 if checked.objections else 200
        # The cookie of this sign-in is only on its way to the browser.
        signed_in = checked.is_accepted or self._current() is not None
        return self._page(
            "result" if received.is_success else "status",
            status=status,
            signed_in=signed_in,
            checked=checked,
            received=received,
            assertion=received.assertion,
            rows=rows_of(received, self._provider.clock.now()),
            xml=indented(received.xml),
        )

    def _current(self) -> CheckedResponse | None:
        return self._sessions.get(_session_of_browser())

    def _start_session(self, page: Response, checked: CheckedResponse) -> None:
        session = secrets.token_urlsafe(16)
        self._sessions.take(_session_of_browser())
        self._sessions.put(session, checked)
        secure = cookie_is_secure(self._provider.base_url)
        cookie = set_cookie_header(
            COOKIE, session, max_age=None, secure=secure, path="/", same_site="Lax"
        )
        page.headers.add("Set-Cookie", cookie)

    def _page(self, name: str, *, status: int = 200, **values: object) -> Response:
        """Render a page; *signed_in* says whether to offer what only a signed-in user can do."""
        shown = {"signed_in": self._current() is not None, **values}
        text = render_template(
            f"test_sp/{name}.html", here=name, idp_url=self._idp_url, sp=self._provider, **shown
        )
        page = Response(text, status, mimetype="text/html")
        # No form-action: the forms of these pages go to the federation server.
        page.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return page


def _session_of_browser() -> str:
    return own_cookies(request.cookies).get(COOKIE, "")


def _message() -> SamlMessage | None:
    """Return the SAML message of the web request, by either binding; None if there is none."""
    for parameter in ("SAMLRequest", "SAMLResponse"):
        if parameter in request.form:
            relay_state = request.form.get("RelayState")
            return decode_post(request.form[parameter], relay_state, parameter=parameter)
    return decode_redirect(request.query_string) if holds_message(request.query_string) else None


def _binding(arguments: Mapping[str, str]) -> str:
    binding = arguments.get("binding", "redirect")
    return binding if binding in BINDINGS else "redirect"


def _options(arguments: Mapping[str, str], *, sign: bool) -> RequestOptions:
    return RequestOptions(
        binding=_binding(arguments),
        force_authn="force" in arguments,
        is_passive="passive" in arguments,
        context=arguments.get("context", "")[:256],
        relay_state=arguments.get("relay_state", "")[:MAX_RELAY_STATE_LENGTH],
        signed=sign and "unsigned" not in arguments,
    )
