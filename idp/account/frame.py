"""What all pages of ``/account/`` share: session check, proofs, CSRF check, rendering, errors.

A view is wrapped in :meth:`Frame.reading` or :meth:`Frame.changing`, which give it a
:class:`~idp.account.visitor.Visitor`. Whoever is not signed in, or has to prove more, is led there
and comes back to the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Blueprint, g, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug import Response

from adapter.entra_mfa.broker import broker_html
from adapter.errors import TallystickError
from idp.account import texts
from idp.account.visitor import Visitor
from idp.audit.changes import ACCOUNT, Actor
from idp.audit.writer import EventSource
from idp.session.cookie import SessionCookie
from idp.session.current import signed_in_user
from idp.session.node import AnsweringNode
from idp.session.own_pages import ADMINISTRATION
from idp.session.seal import SealBroken
from idp.web.activity import activity_id, log_refusal
from idp.web.flask_adapter import read_request
from idp.web.http_status import RETRY_LATER, status_of
from idp.web.origin import is_same_origin
from idp.web.page_texts import gettext
from idp.web.web_request import WebRequest

if TYPE_CHECKING:
    from idp.directory import User
    from idp.services import Services
    from idp.session.sso import Session

HOME = "/account/"
APPLICATION = "Security info"
"""What a phone shows as the application that asks."""
VERIFY = "/account/verify"
SIGN_IN = "/adfs/signin"

_SIGN_IN_PATH = re.compile(r"/adfs/ls/[!-\[\]-~]*")  # printable ASCII without backslash
_OWN_PATH = re.compile(rf"{HOME}[!-\[\]-~]*")

View = Callable[[Visitor], Response]


class Refused(TallystickError):
    """Raised when a request to ``/account/`` is refused; the code says why."""


class Frame:
    """What the page modules share; one for each application."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._cookie = SessionCookie(services.config, services.sealer, services.clock)
        self._node = AnsweringNode(services.config.server, services.farm)
        self._csrf = services.sealer.purpose("account-csrf")

    def handle_errors(self, blueprint: Blueprint) -> None:
        """Show the errors that no page handles as a page that says what was refused and why."""
        blueprint.register_error_handler(TallystickError, refused_page)

    def reading(self, view: View) -> Callable[[], Response]:
        """Wrap the view of a GET for users who have passed the second factor, if they have one."""

        def guarded() -> Response:
            visitor = self.visitor(read_request())
            if visitor is None:
                return lead_to_sign_in(request.full_path)
            if not visitor.is_verified:
                return redirect(f"{VERIFY}?next={quote(_here())}", 303)
            return view(visitor)

        return guarded

    def answering(self, view: View) -> Callable[[], Response]:
        """Wrap the view of a POST that changes no method: no proof of just before is needed."""

        def guarded() -> Response:
            visitor = self.visitor(read_request())
            if visitor is None or not visitor.is_verified:
                return lead_to_sign_in(HOME)
            self.must_be_from_here(visitor)
            return view(visitor)

        return guarded

    def changing(self, view: View) -> Callable[[], Response]:
        """Wrap a view that begins or makes a change: it needs a proof of just before.

        A POST also needs our origin and the session's CSRF token.
        """

        def guarded() -> Response:
            web = read_request()
            visitor = self.visitor(web)
            if visitor is None:
                return lead_to_sign_in(_path_to_come_back_to())
            if web.method == "POST":
                self.must_be_from_here(visitor)
            if not visitor.is_fresh(self._services.clock.now()):
                return self._lead_to_proof(visitor, _path_to_come_back_to())
            return view(visitor)

        return guarded

    def visitor(self, web: WebRequest) -> Visitor | None:
        """Return who is signed in, None if nobody is."""
        session = self._cookie.read(web.cookies)
        user = self._user_of(session, web)
        if session is None or user is None:
            return None
        g.acting_user = Actor(user.upn, "user", ACCOUNT, web.client_ip, web.activity.id)
        has_methods = bool(self._services.mfa.methods_of(user.upn).registered)
        return Visitor(web, user, session, has_methods)

    def is_signed_in(self, session: Session, web: WebRequest) -> bool:
        """Say whether *session* is valid now: an administrator may have been quicker."""
        return self._user_of(session, web) is not None

    def source(self, web: WebRequest) -> EventSource:
        """Return what rows of the log say of a request."""
        return EventSource(web.activity.id, web.client_ip, self._node.name(web.cookies))

    def page(
        self,
        name: str,
        visitor: Visitor | None,
        status: int = 200,
        *,
        is_broker: bool = False,
        **values: Any,
    ) -> Response:
        """Render the template *name*; with *is_broker* the app may come up over its number."""
        csrf = self._csrf_token(visitor) if visitor else ""
        user = visitor.user if visitor else None
        broker = Markup(broker_html(gettext)) if is_broker else ""  # noqa: S704  # it is escaped
        words = {"titles": texts.TITLES, "errors": texts.ERRORS, "broker": broker}
        text = render_template(f"account/{name}.html", csrf=csrf, user=user, **words, **values)
        return make_response(text, status)

    def ask_if_from_elsewhere(self, visitor: Visitor) -> Response | None:
        """Return a page that asks whether to go on, if another site led the browser here.

        The pages that a GET begins something on (a request to the phone, an activation) ask first:
        cookies come with what other sites load, and nobody but the user may cause a request.
        """
        if visitor.web.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            return self.page("continue", visitor, here=_here())
        return None

    def give_session(self, response: Response, session: Session) -> Response:
        """Let the browser keep *session*, which replaces the one it has."""
        response.headers.add("Set-Cookie", self._cookie.set_header(session))
        return response

    def must_be_from_here(self, visitor: Visitor) -> None:
        """Raise :class:`Refused` unless the post comes from a form of this session's pages."""
        if not is_same_origin(visitor.web, self._services.config.server.base_url):
            raise Refused(
                "The form was sent by another site", "Use the form here", code="foreign_origin"
            )
        try:
            self._csrf.open(visitor.web.form.get("csrf", ""), bound_to=visitor.session.id)
        except SealBroken:
            raise Refused(
                "The form is not one of this session", "Load the page again", code="csrf"
            ) from None

    def _csrf_token(self, visitor: Visitor) -> str:
        lifetime = self._services.config.sign_in.session_lifetime
        return self._csrf.seal({}, bound_to=visitor.session.id, lifetime=lifetime)

    def _user_of(self, session: Session | None, web: WebRequest) -> User | None:
        services = self._services
        if session is None:
            return None
        facts = services.sign_ins.facts(None, session.user, session.root, None)
        return signed_in_user(facts, session, services.directory, web.request_context)

    def _lead_to_proof(self, visitor: Visitor, path: str) -> Response:
        if visitor.has_methods:
            return redirect(f"{VERIFY}?next={quote(path)}&again=1", 303)
        return lead_to_sign_in(path, again=True)


def acting_user() -> Actor:
    """Return the signed-in user of this request, for the audit log."""
    known: Actor = g.acting_user
    return known


def lead_to_sign_in(path: str, *, again: bool = False) -> Response:
    """Redirect to the log-in page; the user comes back to *path*, which begins with HOME."""
    anew = "&again=1" if again else ""
    return redirect(f"{SIGN_IN}?own-page={quote(path.rstrip('?'), safe='/')}{anew}", 303)


def refused_page(error: TallystickError) -> Response:
    """Return the page of a refusal, and log it."""
    log_refusal(error.code, error.problem)
    status = status_of(error, 400)
    text = render_template(
        "account/refused.html",
        error=error,
        sentence=texts.refusal_sentence(error),
        activity_id=activity_id(),
    )
    response = make_response(text, status)
    if status == 503:
        response.headers.add(*RETRY_LATER)
    return response


def next_path(values: Mapping[str, str]) -> str:
    """Return the page of ``/account/`` that ``next`` names; HOME for anything else.

    It may also be one of the pages of administration that a sign-in leads to.
    """
    path = values.get("next", "")
    if path in ADMINISTRATION:
        return path
    return path if _OWN_PATH.fullmatch(path) and "//" not in path else HOME


def added_path(back: str) -> str:
    """Return the page after a method was added; from there the user goes *back* to the sign-in."""
    return f"{HOME}?added=1" + (f"&continue={quote(back)}" if back else "")


def sign_in_path(values: Mapping[str, str]) -> str:
    """Return the address of the sign-in that ``continue`` names, empty for anything else."""
    path = values.get("continue", "")
    return path if _SIGN_IN_PATH.fullmatch(path) else ""


def _here() -> str:
    return request.full_path.rstrip("?")


def _path_to_come_back_to() -> str:
    """Return the page that a user comes back to: after a POST, the one with its form."""
    return _here() if request.method == "GET" else HOME
