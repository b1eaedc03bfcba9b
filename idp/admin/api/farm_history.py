"""``/admin/api/farm/history``: the changes of the farm, as ``tallystick server history`` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.models.farm_history import FarmHistory, FarmHistoryQuery, Undone
from idp.admin.api.operation import describe
from idp.admin.api.pages_of_lists import with_next
from idp.management import farm_history, farm_undo

if TYPE_CHECKING:
    from idp.services import Services

PARAMETERS = {"change_id": "The id of a change of the farm"}
REFUSALS = ("already_undone", "cannot_be_undone", "changed_since", "no_such_change")
OF_STEPS = ("bad_node", "bad_nps_host", "bad_registry_value", "not_a_build", "not_a_version")
"""What putting back an old value may be refused with."""


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the history."""

    @describe(FarmHistory, query=FarmHistoryQuery, pages=True)
    def changes(query: FarmHistoryQuery) -> Response:
        """Return a page of changes, newest first, and ``next``: the ``before`` of the next page."""
        found, further = farm_history.history(
            services, before_id=query.before, limit=query.limit or farm_history.PAGE_SIZE
        )
        answer = jsonify(changes=[change.as_json() for change in found], next=further)
        return with_next(answer, {**query.model_dump(), "before": further} if further else None)

    @describe(Undone, errors=(*REFUSALS, *OF_STEPS))
    def undo(change_id: str) -> Response:
        """Put back what was before a change."""
        return jsonify(farm_undo.undo(services, farm_undo.undo_text(change_id)).as_json())

    api.add("/farm/history", {"GET": changes})
    api.add("/farm/history/<change_id>/undo", {"POST": undo}, {"POST": farm_history.UNDO})
