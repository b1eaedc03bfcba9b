"""``/admin/api/preview``: what a user will see, as ``tallystick preview`` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, request

from idp.admin.api.guard import GuardedApi
from idp.audit.roles import READ_USERS
from idp.management.preview import preview

if TYPE_CHECKING:
    from idp.services import Services

PARAMETERS = ("user", "trust", "node", "device")


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the address."""

    def show() -> Response:
        """Return what a user will see."""
        wanted = {name: request.args.get(name, "").strip() for name in PARAMETERS}
        return jsonify(preview(services, **wanted).as_json())

    api.add("/preview", {"GET": show}, {"GET": READ_USERS})
