"""``/admin/api/overview``: what needs attention, as the first page shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.models.reading import Overview
from idp.admin.api.operation import describe
from idp.management import overview

if TYPE_CHECKING:
    from idp.services import Services


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the address."""

    @describe(Overview)
    def show() -> Response:
        """Return what needs attention."""
        return jsonify([item.as_json() for item in overview.overview(services)])

    api.add("/overview", {"GET": show})
