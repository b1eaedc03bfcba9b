"""``/admin/api/settings``: the settings, as ``tallystick config show --origin`` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.models.settings import SettingsInForce, SettingsSearch
from idp.admin.api.operation import describe
from idp.management.settings import settings_in_force

if TYPE_CHECKING:
    from idp.services import Services


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the address of the settings."""

    @describe(SettingsInForce, query=SettingsSearch)
    def show(query: SettingsSearch) -> Response:
        """Return the settings that contain the parameter ``q``, all of them without it."""
        found = settings_in_force(services, query.q)
        return jsonify(
            settings=[row.as_json() for row in found.rows], file=found.file, problem=found.problem
        )

    api.add("/settings", {"GET": show})
