"""``/admin/api/connect``: what an application needs, as ``tallystick connect`` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.models.reading import ApplicationSettings, ServerFacts, SettingsQuery
from idp.admin.api.operation import describe
from idp.management.connect.applications import KINDS
from idp.management.connect.server_facts import facts_of
from idp.management.connect.settings import settings_for

if TYPE_CHECKING:
    from idp.services import Services


PARAMETERS = {"kind": "A kind of application, such as pysaml2"}


class ConnectApi:
    """The views; they change nothing."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(ServerFacts)
    def show(self) -> Response:
        """Return the facts of this server, and the kinds that settings are written for."""
        return jsonify(facts_of(self._services).as_json() | {"kinds": list(KINDS)})

    @describe(
        ApplicationSettings,
        query=SettingsQuery,
        errors=("unknown_application", "bad_application_url"),
    )
    def settings(self, kind: str, query: SettingsQuery) -> Response:
        """Return the settings of an application of this kind at the parameter ``url``."""
        return jsonify(settings_for(self._services, kind, query.url).as_json())


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of what an application needs."""
    views = ConnectApi(services)
    api.add("/connect", {"GET": views.show})
    api.add("/connect/<kind>", {"GET": views.settings})
