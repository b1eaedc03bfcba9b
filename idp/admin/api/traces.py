"""``/admin/api/traces``: timelines of the flight recorder, as ``tallystick trace`` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.models import reading as models
from idp.admin.api.operation import describe
from idp.admin.api.pages_of_lists import with_next
from idp.admin.pages.traces import zip_of
from idp.admin.trace_query import query_of
from idp.audit.roles import READ_SIGN_INS
from idp.management import timelines

if TYPE_CHECKING:
    from idp.services import Services

PARAMETERS = {"activity_id": "The Activity ID of a sign-in, as pages and the log show it"}


class TraceApi:
    """The views of the timelines."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.TracePage, query=models.TraceQuery, pages=True, errors=("not_a_time",))
    def list(self, query: models.TraceQuery) -> Response:
        """Return the timelines that the parameters search for, newest first.

        ``before`` and ``limit`` page through them: ``next`` is the ``before`` of the next page.
        With ``after``, those that have grown since that id come, oldest first.
        """
        wanted = query_of(self._services, query.model_dump(include=models.TEXTS_OF_TRACES))
        limit = min(query.limit or timelines.PAGE_SIZE, models.MAX_TIMELINES)
        if query.after is not None:
            grown = timelines.grown(self._services, wanted, after=query.after, limit=limit)
            return jsonify(traces=[each.as_json() for each in grown], next=None)
        found = timelines.search(self._services, wanted, before=query.before, limit=limit)
        following = found[-1].id if len(found) == limit else None
        answer = jsonify(traces=[each.as_json() for each in found], next=following)
        parameters = {**query.model_dump(), "before": following}
        return with_next(answer, parameters if following else None)

    @describe(models.WholeTrace, errors=("no_timeline",))
    def show(self, activity_id: str) -> Response:
        """Return one timeline with every step."""
        return jsonify(timelines.existing(self._services, activity_id).as_json())

    @describe(bytes, content_type="application/zip", errors=("no_timeline",))
    def export(self, activity_id: str) -> Response:
        """Return one timeline as a ZIP archive for a bug report."""
        return zip_of(timelines.existing(self._services, activity_id), self._services)


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the timelines."""
    views = TraceApi(services)
    api.add("/traces", {"GET": views.list}, {"GET": READ_SIGN_INS})
    api.add("/traces/<activity_id>", {"GET": views.show}, {"GET": READ_SIGN_INS})
    api.add("/traces/<activity_id>/export", {"GET": views.export}, {"GET": READ_SIGN_INS})
