"""The page of the users: the list, a form for a new one, who is blocked or at risk, NT hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.pages import user_actions
from idp.admin.pages.user import path_of
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.audit.roles import READ_USERS
from idp.management import nt_hashes, user_changes
from idp.management.standing import standing_as_json
from idp.management.user_views import page_of_users

if TYPE_CHECKING:
    from idp.services import Services

PATH = "/admin/users"

ACTIONS = {
    # form value   flash message
    "block":       sentence("The user is blocked for 90 days."),
    "unblock":     sentence("The user is no longer blocked."),
    "dismiss":     sentence("The risk is dismissed."),
    "nt_hash_on":  sentence("The NT hash is kept from the next right password on."),
    "nt_hash_off": sentence("The NT hash is deleted."),
    "unlock":      sentence("The user can try again."),
}  # fmt: skip
VERBS = {"add": "user.add", **{action: user_actions.VERBS[action] for action in ACTIONS}}


class UserPages:
    """The views of the users' page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> Response:
        """Show the users that ``q`` finds after the name ``after``, and who is at risk."""
        return self._page(session)

    def change(self, session: AdminSession) -> Response:
        """Add a user or make one change of :data:`ACTIONS`, or show what is wrong."""
        action, name = request.form.get("action", ""), request.form.get("name", "")
        try:
            if action == "add":
                return self._add(session, name)
            self._do(action, name)
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            return self._page(session, error_text(error))
        return self._frame.done(PATH, session, Flash("users", ACTIONS[action]))

    def _add(self, session: AdminSession, name: str) -> Response:
        password = request.form.get("password", "")
        added = user_changes.add_user(self._services, name, password, must_change=True)
        text = sentence("The user is added, and has to choose a password at the first sign-in.")
        return self._frame.done(path_of(added.upn), session, Flash(added.upn, text))

    def _do(self, action: str, name: str) -> None:
        if action not in ACTIONS:
            raise user_actions.NoSuchAction
        user_actions.switch(self._services, action, name)

    def _page(self, session: AdminSession, problem: str = "") -> Response:
        standings = self._services.protection.standings()
        known = {name: standing_as_json(standings[name]) for name in sorted(standings)}
        kept = self._services.nt_hashes.kept()
        wanted, after = request.args.get("q", "").strip(), request.args.get("after", "")
        return self._frame.page(
            "users",
            session,
            422 if problem else 200,
            page=page_of_users(self._services, search=wanted, after=after),
            wanted=wanted,
            is_first=not after,
            typed=request.form if problem and request.form.get("action") == "add" else {},
            users=known,
            nt_hashes={
                name: nt_hashes.nt_hash_as_json(each)["nt_hash"] for name, each in kept.items()
            },
            problem=problem,
        )


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add GET and POST of ``/admin/users``."""
    pages = UserPages(services, frame)
    changing = frame.changing(pages.change, VERBS)
    blueprint.add_url_rule(
        "/users", "users", frame.reading(pages.show, READ_USERS), methods=["GET"]
    )
    blueprint.add_url_rule("/users", "change_user", changing, methods=["POST"])
