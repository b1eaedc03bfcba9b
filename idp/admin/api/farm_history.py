"""``/admin/api/farm/history``: the changes of the farm, as ``tallystick server history`` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, request

from idp.admin.api.guard import GuardedApi
from idp.admin.paging import before_in, limit_in
from idp.management import farm_history, farm_undo

if TYPE_CHECKING:
    from idp.services import Services


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the history."""

    def changes() -> Response:
        """Return a page of changes, newest first, and ``next``: the ``before`` of the next page.

        Parameters: ``limit``, ``before``.
        """
        found, further = farm_history.history(
            services,
            before_id=before_in(request.args),
            limit=limit_in(request.args, farm_history.PAGE_SIZE, farm_history.MAX_PAGE_SIZE),
        )
        return jsonify(changes=[change.as_json() for change in found], next=further)

    def undo(change_id: str) -> Response:
        """Put back what was before a change."""
        return jsonify(farm_undo.undo(services, farm_undo.undo_text(change_id)).as_json())

    api.add("/farm/history", {"GET": changes})
    api.add("/farm/history/<change_id>/undo", {"POST": undo}, {"POST": farm_history.UNDO})
