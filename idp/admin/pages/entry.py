"""Signing in to ``/admin/`` through ``/adfs/`` with the second factor, and proving both again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.admin.authentication import AccessRefused
from idp.admin.frame import HOME, Frame
from idp.admin.identity import Identity
from idp.admin.session import COOKIE, LIFETIME
from idp.audit.roles import DANGEROUS
from idp.session.own_pages import ADMIN_CONTINUE, ADMIN_SIGN_IN

if TYPE_CHECKING:
    from idp.services import Services


class UserSignInPages:
    """The views. Each looks at what the SSO session has proved, and leads to what is missing."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._clock = services.clock
        self._frame = frame
        self._authentication = frame.authentication

    def enter(self) -> Response:
        """Begin the session of an administrator who has given both proofs."""
        identity = self._authentication.identity()
        if identity is None:
            return lead_to_log_in(ADMIN_SIGN_IN)
        refusal = _refusal_of(identity)
        if refusal is not None:
            return self._frame.token_form(refusal)
        if identity.proved_at is None:
            return lead_to_second_factor(ADMIN_SIGN_IN)
        cookie = self._authentication.begin_for(identity)
        response = redirect(HOME, 303)
        self._frame.cookies.set(response, COOKIE, cookie, max_age=LIFETIME)
        return response

    def go_on(self) -> Response:
        """Ask for the proofs that are too old, then offer the change that waits for them."""
        identity = self._authentication.identity()
        if identity is None:
            return lead_to_log_in(ADMIN_CONTINUE)
        change = self._frame.pending.read(request, identity.user.upn)
        if change is None:
            return redirect(HOME, 303)
        if not self._authentication.is_recent(identity.session.primary.at):
            return lead_to_log_in(ADMIN_CONTINUE, again=True)
        second = identity.session.second
        if second is None or not self._authentication.is_recent(second.at):
            return lead_to_second_factor(ADMIN_CONTINUE, again=True)
        session = self._frame.session()
        if session is None:
            return redirect(ADMIN_SIGN_IN, 303)
        page = render_template(
            "admin/continue.html",
            change=change,
            says=DANGEROUS.get(change.verb, change.verb),
            **self._frame.layout_values(session),
        )
        return make_response(page)


def lead_to_log_in(path: str, *, again: bool = False) -> Response:
    """Redirect to the log-in page of ``/adfs/``; with *again* the password is asked for anyway."""
    anew = "&again=1" if again else ""
    return redirect(f"/adfs/signin?own-page={quote(path)}{anew}", 303)


def lead_to_second_factor(path: str, *, again: bool = False) -> Response:
    """Redirect to the second factor of security info, which always shows a number."""
    anew = "&again=1" if again else ""
    return redirect(f"/account/verify?next={quote(path)}{anew}", 303)


def _refusal_of(identity: Identity) -> TallystickError | None:
    if identity.role is None:
        return AccessRefused(
            sentence("{upn} has no role in administration", upn=identity.user.upn),
            sentence("Ask an administrator for a group of [admin], or sign in as somebody else"),
            code="not_an_administrator",
        )
    if not identity.has_methods:
        return AccessRefused(
            sentence("Administrators need a second factor, and you have none"),
            sentence("Register one at /account/, then sign in here again"),
            code="no_second_factor",
        )
    return None


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/sign-in`` and ``GET /admin/continue``."""
    pages = UserSignInPages(services, frame)
    blueprint.add_url_rule("/sign-in", "enter", pages.enter, methods=["GET"])
    blueprint.add_url_rule("/continue", "go_on", pages.go_on, methods=["GET"])
