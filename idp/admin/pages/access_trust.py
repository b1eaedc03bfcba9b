"""The page that gives a trust its access control policy: choose one, then its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import sentence
from idp.admin import refusal_log
from idp.admin.flash import Flash
from idp.admin.form_lines import lines_of
from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.federation.access_control.policies import BadAccessControlPolicy
from idp.federation.access_control.words import describe_rule
from idp.federation.relying_party.registry import UnknownTrust
from idp.federation.relying_party.trust import UnreadableTrust
from idp.management import access_control
from idp.operating_system import command_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp.services import Services

HOME = "/admin/access"
PARAMETER = "parameter-"
PLACE = "access_control_parameters."


class AccessTrustPages:
    """The views of the page."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> Response:
        """Show the policies to choose from, and what ``policy`` (else the current one) asks for."""
        return self._page(session, request.args.get("id", ""), request.args.get("policy"))

    def assign(self, session: AdminSession) -> Response:
        """Give the trust the policy; else say at its field what is wrong."""
        entity_id, name = request.form.get("id", ""), request.form.get("policy", "")
        parameters = {
            field.removeprefix(PARAMETER): lines_of(text)
            for field, text in request.form.items()
            if field.startswith(PARAMETER)
        }
        try:
            trust = access_control.assign(self._services, entity_id, name, parameters)
        except (Unavailable, UnknownTrust, UnreadableTrust):
            raise
        except TallystickError as error:
            refusal_log.log_refusal(error)
            return self._page(session, entity_id, name, error)
        given = trust.settings.access_control_parameters
        policy = self._services.access.find(name)
        warnings = access_control.warnings_of(self._services, policy, given)
        text = sentence(
            "{trust} has the policy {policy} now.", trust=trust.display_name, policy=name
        )
        return self._frame.done(HOME, session, Flash(trust.entity_id, text, warnings))

    def _page(
        self,
        session: AdminSession,
        entity_id: str,
        chosen: str | None,
        error: TallystickError | None = None,
    ) -> Response:
        trust = self._services.trusts.existing(entity_id)
        settings, rules = trust.settings, self._services.access.rules()
        name = settings.access_control_policy if chosen is None else chosen
        policy = rules.policy(name)
        return self._frame.page(
            "access_trust",
            session,
            422 if error else 200,
            trust=trust,
            names=rules.names(),
            chosen=name,
            policy=policy,
            sentences=[describe_rule(rule) for rule in policy.rules] if policy else [],
            texts=self._texts(settings.access_control_parameters),
            problem=error_text(error) if error else "",
            faults=_faults_of(error),
            command=_command(trust.entity_id, name, policy.parameters if policy else {}),
        )

    def _texts(self, given: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
        """Return the text of each parameter's field: as typed, else as the trust has it."""
        if request.method == "POST":
            return {
                field.removeprefix(PARAMETER): text
                for field, text in request.form.items()
                if field.startswith(PARAMETER)
            }
        return {name: "\n".join(values) for name, values in given.items()}


def _faults_of(error: TallystickError | None) -> Mapping[str, str]:
    if not isinstance(error, BadAccessControlPolicy):
        return {}
    return {place.removeprefix(PLACE): fault for place, fault in error.faults.items()}


def _command(entity_id: str, name: str, parameters: Mapping[str, str]) -> str:
    words = ["tallystick", "access", "assign", entity_id, name]
    for parameter in parameters:
        words += ["--parameter", f"{parameter}=VALUE"]
    return command_line(words)


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add both methods of ``/admin/access/trust``."""
    pages, verb = AccessTrustPages(services, frame), "trust.set"
    showing, assigning = frame.reading(pages.show, verb), frame.changing(pages.assign, verb)
    blueprint.add_url_rule("/access/trust", "access_trust", showing, methods=["GET"])
    blueprint.add_url_rule("/access/trust", "assign_access", assigning, methods=["POST"])
