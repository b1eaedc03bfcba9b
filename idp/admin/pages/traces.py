"""The pages of the flight recorder: timelines that are searched for, one of them, its export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, request
from werkzeug import Response as BaseResponse

from adapter.errors import TallystickError
from idp.admin.frame import Frame
from idp.admin.session import AdminSession
from idp.admin.texts import error_text
from idp.admin.trace_query import query_of, whole_number
from idp.audit.roles import READ_SIGN_INS
from idp.management import timeline_export, timelines
from idp.management.timeline_texts import views_of
from idp.recorder.store import TimelineQuery
from idp.recorder.timeline import OUTCOMES

if TYPE_CHECKING:
    from idp.recorder.timeline import Timeline
    from idp.services import Services

SEARCHED = ("user", "trust", "outcome", "code", "text", "since")
LIVE_SECONDS = 3
"""How often the list loads itself again where that is wanted."""


class TracePages:
    """The views; each needs an administrator's session."""

    def __init__(self, services: Services, frame: Frame) -> None:
        self._services = services
        self._frame = frame

    def list(self, session: AdminSession) -> BaseResponse:
        """Show the timelines that are searched for, newest first, a page at a time."""
        wanted = {name: request.args.get(name, "").strip() for name in SEARCHED}
        problem, query = "", TimelineQuery()
        try:
            query = query_of(self._services, wanted)
        except TallystickError as error:
            problem = error_text(error)
        before = whole_number("before")
        found = timelines.search(self._services, query, before=before)
        return self._frame.page(
            "traces",
            session,
            422 if problem else 200,
            found=found,
            wanted=wanted,
            is_filtered=any(wanted.values()),
            problem=problem,
            older=found[-1].id if len(found) == timelines.PAGE_SIZE else None,
            is_first=before is None,
            live=LIVE_SECONDS if "live" in request.args and not problem else 0,
            outcomes=OUTCOMES,
            why_none=timelines.WHY_NONE[self._services.config.recorder.level],
        )

    def show(self, session: AdminSession) -> BaseResponse:
        """Show one timeline: first what failed, then every step; or why there is none."""
        activity_id = self._activity_id
        try:
            timeline = timelines.existing(self._services, activity_id)
        except timelines.NoTimeline as error:
            return self._frame.page("no_trace", session, 404, error=error, activity_id=activity_id)
        views = views_of(timeline)
        return self._frame.page("trace", session, summary=timeline.summary, views=views)

    def export(self, _session: AdminSession) -> BaseResponse:
        """Send one timeline as a ZIP archive."""
        timeline = timelines.existing(self._services, self._activity_id)
        return zip_of(timeline, self._services)

    @property
    def _activity_id(self) -> str:
        values = request.view_args or {}
        return str(values["activity_id"])


def zip_of(timeline: Timeline, services: Services) -> Response:
    """Return the export of a timeline as a file to save."""
    response = make_response(timeline_export.as_zip(timeline, services.clock.now()))
    name = f"trace-{timeline.summary.activity_id}.zip"
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def add_routes(blueprint: Blueprint, services: Services, frame: Frame) -> None:
    """Add the addresses below ``/admin/traces``."""
    pages = TracePages(services, frame)
    one = "/traces/<activity_id>"
    for rule, name, view in (
        ("/traces",        "traces",       pages.list),
        (one,              "trace",        pages.show),
        (f"{one}/export",  "trace_export", pages.export),
    ):  # fmt: skip
        shown = frame.reading(view, READ_SIGN_INS)
        blueprint.add_url_rule(rule, name, shown, methods=["GET"])
