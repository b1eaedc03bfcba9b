"""The page that tests a sign-in: who, where and from where; permitted or denied, by which rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request
from werkzeug import Response

from adapter.errors import TallystickError, Unavailable
from adapter.sentences import sentence
from idp.admin.access_query import EXTRANET, TESTED, simulation_of
from idp.admin.frame import Frame
from idp.admin.pages.access import MAX_SUGGESTED
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.audit.roles import READ_USERS
from idp.federation.relying_party.registry import UnknownTrust
from idp.management.access_simulation import PRIMARY_METHODS, SECOND_METHODS
from idp.management.simulation import NoAddress
from idp.management.user_by_name import UnknownUser
from idp.operating_system import command_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp.management.access_simulation import AccessSimulation
    from idp.services import Services

_FIELDS = ((UnknownUser, "user"), (UnknownTrust, "trust"), (NoAddress, "address"))
"""Which field an error is about."""


class AccessTestPage:
    """The view; it changes nothing."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def show(self, session: AdminSession) -> Response:
        """Show the form, and below it the result for the user and trust that were chosen."""
        wanted = {name: request.args.get(name, "").strip() for name in TESTED}
        found: AccessSimulation | None = None
        faults: Mapping[str, str] = {}
        try:
            if wanted["user"] and wanted["trust"]:
                found = simulation_of(self._services, wanted)
            elif any(wanted.values()):
                faults = {name: _MISSING[name] for name in _MISSING if not wanted[name]}
        except Unavailable:
            raise
        except TallystickError as error:
            faults = {_field_of(error): error_text(error)}
        return self._frame.page(
            "access_test",
            session,
            422 if faults else 200,
            wanted=wanted,
            found=found,
            faults=faults,
            primary=PRIMARY_METHODS,
            second=SECOND_METHODS,
            suggested=self._services.trusts.page(0, MAX_SUGGESTED).trusts,
            has_proxies=bool(self._services.config.proxies.web_application_proxies),
            same=_command(wanted) if found else "",
        )


_MISSING = {"user": sentence("Give a user."), "trust": sentence("Choose a trust.")}


def _field_of(error: TallystickError) -> str:
    return next((field for kind, field in _FIELDS if isinstance(error, kind)), "user")


def _command(wanted: Mapping[str, str]) -> str:
    words = ["tallystick", "access", "test", wanted["trust"], "--user", wanted["user"]]
    words += ["--from", wanted["address"]] if wanted["address"] else []
    words += ["--extranet"] if wanted["network"] == EXTRANET else []
    words += ["--agent", wanted["agent"]] if wanted["agent"] else []
    for name, usual in (("primary", "password"), ("second", "push")):
        if wanted[name] not in ("", usual):
            words += [f"--{name}", wanted[name]]
    return command_line(words)


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add ``GET /admin/access/test``."""
    showing = frame.reading(AccessTestPage(services, frame).show, READ_USERS)
    blueprint.add_url_rule("/access/test", "access_test", showing, methods=["GET"])
