"""The page of one access control policy: in words, and for an own one its form, or a new one's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.frame import Frame
from idp.admin.pages.access_policy_form import (
    PolicyForm,
    RuleRow,
    field_of,
    form_of,
    is_shown_whole,
    read_form,
)
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.federation.access_control.policies import (
    AccessControlPolicy,
    BadAccessControlPolicy,
    UnreadableAccessControlPolicy,
)
from idp.federation.access_control.policy_file import written
from idp.federation.access_control.words import describe_rule
from idp.management import access_control, second_factors
from idp.operating_system import command_line

if TYPE_CHECKING:
    from idp.federation.access_control.catalogue import Listed
    from idp.services import Services

PATH = "/admin/access/policy"
HOME = "/admin/access"
VERBS = {
    "rule": "access.set", "preview": "access.set", "save": "access.set", "remove": "access.remove",
}  # fmt: skip
SAVED = sentence("The policy is saved. Trusts that have it use it from the next request on.")


class AccessPolicyPages:
    """The views of the page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> Response:
        """Show the policy ``name``, or the form of a new one: empty, or a copy of ``copy``."""
        name, copied = request.args.get("name", ""), request.args.get("copy", "")
        if name:
            return self._page(session, listed=self._listed(name))
        form = form_of(self._services.access.find(copied), "") if copied else PolicyForm()
        return self._page(session, form=form)

    def change(self, session: AdminSession) -> Response:
        """Add an empty rule to the form, show what it means, save the policy, or remove it."""
        form, action = read_form(request.form), request.form.get("action", "")
        name = request.form.get("original", "")
        listed = self._listed(name) if name else None
        try:
            if action == "remove":
                second_factors.remove_policy(self._services, name)
                flash = Flash(name, sentence("The policy {name} is removed.", name=name))
                return self._frame.done(HOME, session, flash)
            if action == "rule":
                more = replace(form, rules=(*form.rules, RuleRow()))
                return self._page(session, listed=listed, form=more)
            policy = replace(form, name=name or form.name).policy()
            if action != "save":
                return self._page(session, listed=listed, form=form, preview=policy)
            second_factors.set_policy(
                self._services, policy, replaces=request.form.get("version", "")
            )
        except Unavailable:
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            return self._page(session, 422, listed=listed, form=form, error=error)
        warnings = access_control.warnings_of(self._services, policy)
        path = f"{PATH}?name={quote(policy.name, safe='')}"
        return self._frame.done(path, session, Flash(policy.name, SAVED, warnings))

    def _listed(self, name: str) -> Listed:
        for each in self._services.access.list():
            if each.policy.name == name:
                return each
        self._services.access.find(name)  # raises: there is none
        raise LookupError(name)

    def _page(
        self,
        session: AdminSession,
        status: int = 200,
        *,
        listed: Listed | None = None,
        form: PolicyForm | None = None,
        preview: AccessControlPolicy | None = None,
        error: TallystickError | None = None,
    ) -> Response:
        policy = listed.policy if listed else None
        name = policy.name if policy else ""
        return self._frame.page(
            "access_policy",
            session,
            status,
            listed=listed,
            stored_name=name,
            form=form or _form_of(policy),
            sentences=_sentences(policy),
            version=request.form.get(
                "version", second_factors.policy_version(self._services, name)
            ),
            preview=_preview(self._services, preview),
            problem=error_text(error) if error else "",
            faults=_faults_of(error),
        )


def _form_of(policy: AccessControlPolicy | UnreadableAccessControlPolicy | None) -> Any:
    """Return the form of a policy that it can hold; None for any other."""
    if isinstance(policy, AccessControlPolicy) and is_shown_whole(policy):
        return form_of(policy, policy.name)
    return None


def _sentences(policy: AccessControlPolicy | UnreadableAccessControlPolicy | None) -> list[str]:
    if not isinstance(policy, AccessControlPolicy):
        return []
    return [describe_rule(rule) for rule in policy.rules]


def _preview(services: Services, policy: AccessControlPolicy | None) -> dict[str, Any] | None:
    if policy is None:
        return None
    return {
        "sentences": _sentences(policy),
        "warnings": access_control.warnings_of(services, policy),
        "command": command_line(["tallystick", "access", "set", policy.name]) + " FILE",
        "file": written(policy),
    }


def _faults_of(error: TallystickError | None) -> dict[str, str]:
    """Return what is wrong, by the names of the fields."""
    if not isinstance(error, BadAccessControlPolicy):
        return {}
    return {field_of(place): fault for place, fault in error.faults.items()}


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add both methods of ``/admin/access/policy``."""
    pages = AccessPolicyPages(services, frame)
    rule, changing = "/access/policy", frame.changing(pages.change, VERBS)
    blueprint.add_url_rule(rule, "access_policy", frame.reading(pages.show), methods=["GET"])
    blueprint.add_url_rule(rule, "change_access_policy", changing, methods=["POST"])
