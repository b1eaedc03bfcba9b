"""``/admin/api/traces``: timelines of the flight recorder, as ``tallystick trace`` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, request

from idp.admin.api.guard import GuardedApi
from idp.admin.pages.traces import zip_of
from idp.admin.trace_query import query_of, whole_number
from idp.audit.roles import READ_SIGN_INS
from idp.management import timelines

if TYPE_CHECKING:
    from idp.services import Services

MAX_LIMIT = 500


class TraceApi:
    """The views of the timelines."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list(self) -> Response:
        """Return the timelines that the parameters search for, newest first.

        ``before`` and ``limit`` page through them: ``next`` is the ``before`` of the next page.
        With ``after``, those that have grown since that id come, oldest first.
        """
        query = query_of(self._services, request.args)
        limit = min(whole_number("limit") or timelines.PAGE_SIZE, MAX_LIMIT)
        after = whole_number("after")
        if after is not None:
            grown = timelines.grown(self._services, query, after=after, limit=limit)
            return jsonify(traces=[each.as_json() for each in grown], next=None)
        before = whole_number("before")
        found = timelines.search(self._services, query, before=before, limit=limit)
        following = found[-1].id if len(found) == limit else None
        return jsonify(traces=[each.as_json() for each in found], next=following)

    def show(self, activity_id: str) -> Response:
        """Return one timeline with every step."""
        return jsonify(timelines.existing(self._services, activity_id).as_json())

    def export(self, activity_id: str) -> Response:
        """Return one timeline as a ZIP archive for a bug report."""
        return zip_of(timelines.existing(self._services, activity_id), self._services)


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the timelines."""
    views = TraceApi(services)
    api.add("/traces", {"GET": views.list}, {"GET": READ_SIGN_INS})
    api.add("/traces/<activity_id>", {"GET": views.show}, {"GET": READ_SIGN_INS})
    api.add("/traces/<activity_id>/export", {"GET": views.export}, {"GET": READ_SIGN_INS})
