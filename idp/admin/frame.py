"""The frame of all administration pages: session check, CSRF check, flash message, layout, errors.

A page module asks a use case and hands the result to :meth:`Frame.page`, or after a change to
:meth:`Frame.done`. It wraps its views in :meth:`Frame.reading` or :meth:`Frame.changing`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from adapter.errors import TallystickError
from idp.admin import change_log
from idp.admin.authentication import AccessRefused, AdminAuthentication
from idp.admin.cookies import AdminCookies
from idp.admin.flash import Flash, Flashes
from idp.admin.session import LIFETIME, AdminSession
from idp.web.http_status import RETRY_LATER, status_of

if TYPE_CHECKING:
    from idp.services import Services

HOME = "/admin/"

View = Callable[[AdminSession], Response]
"""A page's view; it is given the administrator's session."""


class Frame:
    """What the page modules share; one for each application."""

    def __init__(self, services: Services, authentication: AdminAuthentication) -> None:
        self.authentication = authentication
        self.cookies = AdminCookies(services.config.server.base_url)
        self._flashes = Flashes(services.sealer, self.cookies)

    def handle_errors(self, blueprint: Blueprint) -> None:
        """Show the errors that no page handles as a page that says what was refused and why."""
        blueprint.register_error_handler(TallystickError, _refused)

    def page(self, name: str, session: AdminSession, status: int = 200, **values: Any) -> Response:
        """Render the template *name*, once with the flash message of the last change."""
        csrf = self.authentication.csrf_token(session)
        flash = self._flashes.read(request, session)
        text = render_template(f"admin/{name}.html", csrf=csrf, here=name, flash=flash, **values)
        response = make_response(text, status)
        self.cookies.show_links(response, max_age=LIFETIME)
        if flash:
            self._flashes.clear(response)
        return response

    def done(self, path: str, session: AdminSession, flash: Flash) -> Response:
        """Redirect to the page at *path*, which will show *flash* (post/redirect/get)."""
        response = redirect(path, 303)
        self._flashes.leave(response, session, flash)
        return response

    def token_form(self, error: TallystickError | None = None) -> Response:
        """Render the form that asks for the administrator's token, with the *error* if any."""
        if error is not None:
            change_log.log_refusal(error)
        status = status_of(error, 403) if error else 200
        response = make_response(render_template("admin/token.html", error=error), status)
        response.headers.extend(getattr(error, "headers", ()))
        return response

    def session(self) -> AdminSession | None:
        """Return the session of this request's cookie, None without a valid one."""
        return self.authentication.session_of(request)

    def reading(self, view: View) -> Callable[[], Response]:
        """Wrap the view of a GET: without a session it redirects to the token form."""

        def guarded() -> Response:
            session = self.session()
            return redirect(HOME, 303) if session is None else view(session)

        return guarded

    def changing(self, view: View) -> Callable[[], Response]:
        """Wrap the view of a POST: it needs a session, our origin and the session's CSRF token."""

        def guarded() -> Response:
            session = self.session()
            try:
                self.authentication.must_be_same_origin(request)
                if session is None:
                    return self.token_form(_no_session())
                self.authentication.must_hold_csrf_token(request, session)
            except AccessRefused as refusal:
                return _refused(refusal)
            return view(session)

        return guarded


def _no_session() -> AccessRefused:
    return AccessRefused(
        "Your session has ended", "Sign in and repeat the change", code="no_session"
    )


def _refused(error: TallystickError) -> Response:
    change_log.log_refusal(error)
    status = status_of(error, 503)
    response = make_response(render_template("admin/refused.html", error=error), status)
    if status == 503:
        response.headers.add(*RETRY_LATER)
    return response
