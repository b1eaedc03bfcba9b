"""The frame of all administration pages: session check, CSRF check, flash message, layout, errors.

A page module asks a use case and hands the result to :meth:`Frame.page`, or after a change to
:meth:`Frame.done`. It wraps its views in :meth:`Frame.reading` or :meth:`Frame.changing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug import Response

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.admin import refusal_log
from idp.admin.actor import set_actor
from idp.admin.authentication import CSRF_FIELD, AccessRefused, AdminAuthentication
from idp.admin.cookies import AdminCookies
from idp.admin.flash import Flash, Flashes
from idp.admin.navigation import command_of, shown_groups
from idp.admin.pending import PendingChange, PendingChanges, ProofsTooOld
from idp.admin.session import LIFETIME, AdminSession
from idp.audit.changes import PAGE
from idp.audit.roles import CHANGE, READ, may, must_be_allowed
from idp.session.own_pages import ADMIN_CONTINUE
from idp.web.http_status import RETRY_LATER, UNPROCESSABLE, status_of

if TYPE_CHECKING:
    from idp.services import Services

HOME = "/admin/"
OF_TOKEN = ("admin_off", "too_many_tries", "wrong_token")
"""The refusals that are about the token in the form."""

View = Callable[[AdminSession], Response]
"""A page's view; it is given the administrator's session."""
Verbs = str | Mapping[str, str]


class Frame:
    """What the page modules share; one for each application."""

    def __init__(self, services: Services, authentication: AdminAuthentication) -> None:
        self.authentication = authentication
        self.cookies = AdminCookies(services.config.server.base_url)
        self.pending = PendingChanges(services.sealer, self.cookies)
        self._flashes = Flashes(services.sealer, self.cookies)

    def handle_errors(self, blueprint: Blueprint) -> None:
        """Show the errors that no page handles as a page that says what was refused and why."""
        blueprint.register_error_handler(TallystickError, _refused)

    def page(self, name: str, session: AdminSession, status: int = 200, **values: Any) -> Response:
        """Render the template *name*, once with the flash message of the last change."""
        flash = self._flashes.read(request, session)
        text = render_template(
            f"admin/{name}.html",
            here=name,
            flash=flash,
            by_command=command_of(name),
            **self.layout_values(session),
            **values,
        )
        response = make_response(text, status)
        self.cookies.show_links(response, max_age=LIFETIME)
        if flash:
            self._flashes.clear(response)
        if request.method == "POST" and status < 400:
            self._forget_pending(response, session)
        return response

    def layout_values(self, session: AdminSession) -> dict[str, Any]:
        """Return what the layout of a page shows of a session."""
        may_do = self.may_of(session)
        return {
            "csrf": self.authentication.csrf_token(session),
            "session": session,
            "may": may_do,
            "navigation": tuple(shown_groups(may_do)),
        }

    def done(self, path: str, session: AdminSession, flash: Flash) -> Response:
        """Redirect to the page at *path*, which will show *flash* (post/redirect/get)."""
        response = redirect(path, 303)
        self._flashes.leave(response, session, flash)
        self._forget_pending(response, session)
        return response

    def _forget_pending(self, response: Response, session: AdminSession) -> None:
        """Delete the change that waited for proofs: it is made."""
        if self.pending.read(request, session.name) is not None:
            self.pending.forget(response)

    def _ask_again(self, session: AdminSession, verb: str, refusal: ProofsTooOld) -> Response:
        """Keep the form, and lead to the proofs that are too old; the form goes on after them."""
        fields = {name: text for name, text in request.form.items() if name != CSRF_FIELD}
        response = redirect(ADMIN_CONTINUE, 303)
        try:
            self.pending.keep(response, session.name, PendingChange(request.path, verb, fields))
        except ProofsTooOld:
            return _refused(refusal)
        return response

    def token_form(self, error: TallystickError | None = None) -> Response:
        """Render the page that signs administrators in, with the *error* if any."""
        is_of_token = error is not None and error.code in OF_TOKEN
        if error is not None:
            refusal_log.log_refusal(error)
        status = status_of(error, 403) if error else 200
        response = make_response(
            render_template("admin/token.html", error=error, is_of_token=is_of_token), status
        )
        response.headers.extend(getattr(error, "headers", ()))
        return response

    def session(self) -> AdminSession | None:
        """Return the session of this request's cookie, None without a valid one."""
        return self.authentication.session_of(request)

    def may_of(self, session: AdminSession) -> Callable[[str], bool]:
        """Return what says, for a template, whether this session may do what a verb names."""
        return lambda verb: may(session.role, verb)

    def reading(self, view: View, verb: str = READ) -> Callable[..., Response]:
        """Wrap the view of a GET: without a session it redirects to the token form.

        *verb* says which roles may see the page (:mod:`idp.audit.roles`). The view reads the
        variable parts of its address from the request.
        """

        def guarded(**_values: str) -> Response:
            session = self.session()
            if session is None:
                return redirect(HOME, 303)
            set_actor(session.name, session.role, PAGE)
            must_be_allowed(session.role, verb)
            return view(session)

        guarded.verb = verb  # type: ignore[attr-defined]  # for who walks all routes
        return guarded

    def changing(self, view: View, verb: Verbs = CHANGE) -> Callable[..., Response]:
        """Wrap the view of a POST: it needs a session, our origin and the session's CSRF token.

        *verb* is what the post does, or a table of that by the value of its field ``action``. It
        says which roles may do it, and whether both proofs must be recent.
        """

        def guarded(**_values: str) -> Response:
            session = self.session()
            try:
                self.authentication.must_be_same_origin(request)
                if session is None:
                    return self.token_form(_no_session())
                self.authentication.must_hold_csrf_token(request, session)
            except AccessRefused as refusal:
                return _refused(refusal)
            set_actor(session.name, session.role, PAGE)
            wanted = _verb_in(verb)
            must_be_allowed(session.role, wanted)
            try:
                self.authentication.must_have_proved(session, wanted)
            except ProofsTooOld as refusal:
                return self._ask_again(session, wanted, refusal)
            return view(session)

        guarded.verb = verb  # type: ignore[attr-defined]  # likewise
        return guarded


def _verb_in(verb: Verbs) -> str:
    """Return what this post does; what no table knows is a change for administrators only."""
    return verb if isinstance(verb, str) else verb.get(request.form.get("action", ""), CHANGE)


def _no_session() -> AccessRefused:
    return AccessRefused(
        sentence("Your session has ended"),
        sentence("Sign in and repeat the change"),
        code="no_session",
    )


def _refused(error: TallystickError) -> Response:
    refusal_log.log_refusal(error)
    status = status_of(error, UNPROCESSABLE)
    response = make_response(render_template("admin/refused.html", error=error), status)
    if status == 503:
        response.headers.add(*RETRY_LATER)
    return response
