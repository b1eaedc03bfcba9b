"""The pages of ``/admin/``: the token's form, the Farm, the keys, the sign-in log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from adapter.errors import TallystickError
from idp.admin import change_log
from idp.admin.authentication import COOKIE, AccessRefused, AdminAuthentication
from idp.admin.flash import Flash, Flashes
from idp.admin.pages.trusts import add_trust_pages
from idp.admin.session import LIFETIME, AdminSession
from idp.federation.farm import BadNode
from idp.management import access_control, nodes, sign_in_log, signing_keys
from idp.management.admin_token import AdminTokenError
from idp.web.activity import client_ip
from idp.web.cookies import cookie_is_secure
from idp.web.http_status import status_of

if TYPE_CHECKING:
    from idp.federation.token_signing.ring import Ring
    from idp.services import Services

BY = "administrator"
PATH = "/admin"
KEY_EVENTS = {"roll": "key_rolled", "promote": "key_promoted", "retire": "key_retired"}
KEYS_TOLD = {
    "roll": "The next key is made, and published as secondary.",
    "promote": "The key signs from the next assertion on.",
    "retire": "The key is published no longer.",
}

_NO_SESSION = (403, "no_session", "Your session has ended", "Sign in and repeat the change")


class Pages:
    """The views. Each reads the request, asks a use case, and shows what it answers."""

    def __init__(self, services: Services, access: AdminAuthentication) -> None:
        self._services = services
        self._access = access
        self._secure = cookie_is_secure(services.config.server.base_url)
        self._notices = Flashes(services.sealer, path=PATH, secure=self._secure)

    def home(self) -> Response:
        """Show the Farm, or without a session the form for the token."""
        session = self._access.session_of(request)
        if session is None:
            return self._token_form()
        return self._farm(session)

    def log(self, session: AdminSession) -> Response:
        """Show the last sign-ins."""
        return self.page(
            "log", session, records=sign_in_log.latest(self._services), limit=sign_in_log.LATEST
        )

    def keys(self, session: AdminSession) -> Response:
        """Show the token-signing keys."""
        return self._keys(session)

    def change_keys(self, session: AdminSession) -> Response:
        """Make the next key, promote it or retire it; or show the keys with what is wrong."""
        action = request.form.get("action", "")
        try:
            ring = self._changed_keys(action)
        except TallystickError as error:
            change_log.log_refusal(error)
            return self._keys(session, str(error))
        change_log.log_keys(KEY_EVENTS[action], ring)
        return self.done(f"{PATH}/keys", session, Flash("keys", KEYS_TOLD[action]))

    def access(self, session: AdminSession) -> Response:
        """Show who gets in where, and who is asked for the second factor."""
        return self.page("access", session, overview=access_control.overview(self._services))

    def sign_in(self) -> Response:
        """Exchange the token for a session.

        The form carries no CSRF token: whoever can forge it knows the administrator's token.
        """
        try:
            self._access.must_be_from_here(request)
            cookie = self._access.exchange(request.form.get("token", "").strip(), client_ip())
        except (AccessRefused, AdminTokenError) as error:
            return self._token_form(error)
        answer = redirect(f"{PATH}/", 303)
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=LIFETIME,
            path=PATH,
            secure=self._secure,
            httponly=True,
            samesite="Strict",
        )
        return answer

    def sign_out(self, session: AdminSession) -> Response:
        """End the session."""
        self._access.end(session)
        answer = redirect(f"{PATH}/", 303)
        answer.delete_cookie(COOKIE, path=PATH)
        return answer

    def set_build(self, session: AdminSession) -> Response:
        """Set the build of a node, or show the Farm again with what is wrong."""
        name = request.form.get("name", "").strip()
        text = request.form.get("build", "")
        try:
            change = nodes.set_build(self._services, name, text, by=BY)
        except TallystickError as error:
            if error.code == "store_unavailable":
                raise
            change_log.log_refusal(error)
            fault = Fault(name, text, str(error), is_in_name=isinstance(error, BadNode))
            return self._farm(session, status=422, fault=fault)
        change_log.log_change(change)
        return self.done(f"{PATH}/#node-{name}", session, _notice_of(change))

    def reading(self, view: Callable[[AdminSession], Response]) -> Callable[[], Response]:
        """Return *view* for administrators; others are led to the form for the token."""

        def guarded() -> Response:
            session = self._access.session_of(request)
            return redirect(f"{PATH}/", 303) if session is None else view(session)

        return guarded

    def changing(self, view: Callable[[AdminSession], Response]) -> Callable[[], Response]:
        """Return *view* behind everything that a change by form must pass."""

        def guarded() -> Response:
            session = self._access.session_of(request)
            try:
                self._access.must_be_from_here(request)
                if session is None:
                    return self._token_form(AccessRefused(*_NO_SESSION))
                self._access.must_hold_csrf_token(request, session)
            except AccessRefused as refusal:
                return _refused(refusal)
            return view(session)

        return guarded

    def _changed_keys(self, action: str) -> Ring:
        config, thumbprint = self._services.config, request.form.get("thumbprint", "")
        match action:
            case "roll":
                kind = request.form.get("kind") or None
                return signing_keys.roll(config, self._services.clock.now(), kind=kind)
            case "promote":
                return signing_keys.promote(config, thumbprint)
            case "retire":
                return signing_keys.retire(config, thumbprint)
        raise signing_keys.BadKeyChange("There is no such change", "Load the page again")

    def _keys(self, session: AdminSession, problem: str = "") -> Response:
        config = self._services.config
        return self.page(
            "keys",
            session,
            422 if problem else 200,
            keys=signing_keys.as_json(signing_keys.ring_of(config)),
            automatic=config.keys.automatic_rollover,
            problem=problem,
        )

    def _farm(
        self,
        session: AdminSession,
        *,
        status: int = 200,
        fault: Fault | None = None,
    ) -> Response:
        views = nodes.nodes(self._services)
        known = {view.node.name for view in views}
        return self.page(
            "farm",
            session,
            status,
            nodes=views,
            fault=fault,
            fault_is_new=fault is not None and fault.name not in known,
        )

    def page(self, name: str, session: AdminSession, status: int = 200, **values: Any) -> Response:
        """Show the page *name* with these values, and once what the last change had to say."""
        csrf, notice = self._access.csrf_token(session), self._notices.read(request, session)
        text = render_template(f"admin/{name}.html", csrf=csrf, here=name, notice=notice, **values)
        answer = make_response(text, status)
        if notice:
            self._notices.clear(answer)
        return answer

    def done(self, path: str, session: AdminSession, notice: Flash) -> Response:
        """Lead to the page at *path*, which says what was done."""
        answer = redirect(path, 303)
        self._notices.leave(answer, session, notice)
        return answer

    def _token_form(self, error: TallystickError | None = None) -> Response:
        if error is not None:
            change_log.log_refusal(error)
        status = getattr(error, "status", 403) if error else 200
        answer = make_response(render_template("admin/token.html", error=error), status)
        answer.headers.update(getattr(error, "headers", {}))
        return answer


@dataclass(frozen=True, slots=True)
class Fault:
    """A change that could not be made: what was typed, and why."""

    name: str
    text: str
    problem: str
    is_in_name: bool


def add_pages(blueprint: Blueprint, services: Services, access: AdminAuthentication) -> None:
    """Add the pages' routes to the blueprint of administration."""
    pages = Pages(services, access)
    routes = (
        ("/",         "GET",  "home",      pages.home),
        ("/",         "POST", "sign_in",   pages.sign_in),
        ("/keys",     "GET",  "keys",      pages.reading(pages.keys)),
        ("/keys",     "POST", "change_keys", pages.changing(pages.change_keys)),
        ("/log",      "GET",  "log",       pages.reading(pages.log)),
        ("/access",   "GET",  "access",    pages.reading(pages.access)),
        ("/nodes",    "POST", "set_build", pages.changing(pages.set_build)),
        ("/sign-out", "POST", "sign_out",  pages.changing(pages.sign_out)),
    )  # fmt: skip
    for rule, method, endpoint, view in routes:
        blueprint.add_url_rule(rule, endpoint, view, methods=[method])
    add_trust_pages(blueprint, services, pages)
    blueprint.register_error_handler(TallystickError, _refused)


def _refused(error: TallystickError) -> Response:
    change_log.log_refusal(error)
    status = getattr(error, "status", None) or status_of(error, 503)
    answer = make_response(render_template("admin/refused.html", error=error), status)
    if status == 503:
        answer.headers["Retry-After"] = "5"
    return answer


def _notice_of(change: nodes.Change) -> Flash:
    view = change.view
    text = f"Set to {view.node.build}. The next sign-in that begins here shows {view.shows}."
    return Flash(view.node.name, text, change.warnings)
