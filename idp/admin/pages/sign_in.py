"""Signing in to ``/admin/`` with the administrator's token, and signing out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request
from werkzeug import Response

from idp.admin.authentication import AccessRefused
from idp.admin.frame import HOME, Frame
from idp.admin.session import COOKIE, LIFETIME, AdminSession
from idp.audit.roles import OWN_SESSION
from idp.management.admin_token import AdminTokenError
from idp.web.activity import client_ip

if TYPE_CHECKING:
    from idp.services import Services


class SignInPages:
    """The views of signing in and out; both redirect to ``/admin/``."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._authentication = frame.authentication

    def sign_in(self) -> Response:
        """Exchange the token for a session, or show the form again with what is wrong.

        The form needs no CSRF token: to forge it one must know the administrator's token.
        """
        try:
            self._authentication.must_be_same_origin(request)
            token = request.form.get("token", "").strip()
            cookie = self._authentication.exchange(token, client_ip())
        except (AccessRefused, AdminTokenError) as error:
            return self._frame.token_form(error)
        response = redirect(HOME, 303)
        self._frame.cookies.set(response, COOKIE, cookie, max_age=LIFETIME)
        return response

    def sign_out(self, session: AdminSession) -> Response:
        """End the session."""
        self._authentication.end(session)
        response = redirect(HOME, 303)
        self._frame.cookies.delete(response, COOKIE)
        self._frame.cookies.hide_links(response)
        return response


def add_routes(blueprint: Blueprint, _services: Services, frame: Frame) -> None:
    """Add ``POST /admin/`` and ``POST /admin/sign-out``."""
    pages = SignInPages(frame)
    blueprint.add_url_rule("/", "sign_in", pages.sign_in, methods=["POST"])
    blueprint.add_url_rule(
        "/sign-out", "sign_out", frame.changing(pages.sign_out, OWN_SESSION), methods=["POST"]
    )
