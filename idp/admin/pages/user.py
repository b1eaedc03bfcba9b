"""The page of one user: attributes, groups, methods, sessions, state, password and name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.pages.user_actions import PREFIX, SHOWN, VERBS, make_change
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.audit.roles import READ_USERS
from idp.management.user_by_name import find_user
from idp.management.user_sessions import applications_of
from idp.management.user_views import PLACES, view_user
from idp.management.users import methods_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from idp.directory import User
    from idp.services import Services

LIST = "/admin/users"
KINDS = {
    # kind of a method  in words
    "push":             sentence("Authenticator"),
    "totp":             sentence("Codes"),
    "passkey":          sentence("Passkey"),
    "access_pass":      sentence("Access pass"),
}  # fmt: skip


class UserPage:
    """The views of the page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> Response:
        """Show the user whose name is the parameter ``name``."""
        return self._page(session, find_user(self._services, request.args.get("name", "")))

    def change(self, session: AdminSession) -> Response:
        """Make one change, or show what is wrong in the section of its form."""
        form = request.form
        user, action = find_user(self._services, form.get("name", "")), form.get("action", "")
        try:
            done = make_change(self._services, action, user, form)
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            return self._page(session, user, action, error_text(error))
        path = LIST if done.name is None else path_of(done.name)
        about = "users" if done.name is None else done.name
        return self._frame.done(path, session, Flash(about, done.text))

    def _page(
        self, session: AdminSession, user: User, action: str = "", problem: str = ""
    ) -> Response:
        methods = methods_of(self._services, user.upn)
        view = view_user(self._services, user)
        return self._frame.page(
            "user",
            session,
            422 if problem else 200,
            user=user,
            view=view,
            known=view.as_json(),
            fields=fields_of(user, request.form if action == "attributes" else {}),
            multiline=multiline_of(user),
            methods=methods.as_json(),
            kinds=KINDS,
            places=PLACES,
            verbs=VERBS,
            applications=applications_of(self._services, user.upn),
            action=action,
            problem=problem,
            typed=request.form if problem else {},
        )


def fields_of(user: User, typed: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """Return the attributes that have a field, with what is in it: one value a line."""
    others = sorted(set(user.attributes) - set(SHOWN) - set(multiline_of(user)), key=str.lower)
    return [
        (name, typed.get(PREFIX + name, "\n".join(user.attributes.get(name, ()))))
        for name in (*SHOWN, *others)
        if name not in multiline_of(user)
    ]


def multiline_of(user: User) -> Sequence[str]:
    """Return the attributes that have a value of several lines: a form has one value a line."""
    return [
        name
        for name, values in user.attributes.items()
        if any(value.strip() != value or len(value.splitlines()) > 1 for value in values)
    ]


def path_of(upn: str) -> str:
    """Return the address of a user's page."""
    return f"{LIST}/one?name={quote(upn, safe='@')}"


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add both methods of ``/admin/users/one``."""
    page = UserPage(services, frame)
    showing = frame.reading(page.show, READ_USERS)
    changing = frame.changing(page.change, VERBS)
    blueprint.add_url_rule("/users/one", "user", showing, methods=["GET"])
    blueprint.add_url_rule("/users/one", "change_one_user", changing, methods=["POST"])
