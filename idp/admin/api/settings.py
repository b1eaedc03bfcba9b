"""``/admin/api/settings``: the settings, as ``tallystick config show --origin`` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, request

from idp.admin.api.guard import GuardedApi
from idp.management.settings import settings_in_force

if TYPE_CHECKING:
    from idp.services import Services


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the address of the settings."""

    def show() -> Response:
        """Return the settings that contain the parameter ``q``, all of them without it."""
        found = settings_in_force(services, request.args.get("q", ""))
        return jsonify(
            settings=[row.as_json() for row in found.rows], file=found.file, problem=found.problem
        )

    api.add("/settings", {"GET": show})
