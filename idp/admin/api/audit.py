"""``/admin/api/audit``: the audit log, as ``tallystick admin audit`` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.models.reading import AuditPage, AuditQuery
from idp.admin.api.operation import describe
from idp.admin.api.pages_of_lists import with_next
from idp.admin.audit_query import SEARCHED, query_in
from idp.management import audit_log

if TYPE_CHECKING:
    from idp.services import Services


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the address of the audit log."""

    @describe(AuditPage, query=AuditQuery, pages=True, errors=("not_a_time",))
    def entries(query: AuditQuery) -> Response:
        """Return a page of entries, newest first, and ``next``: the ``before`` of the next page."""
        searched = {name: getattr(query, name) for name in SEARCHED}
        found, further = audit_log.page(
            services,
            query_in(searched, services.clock.now()),
            before_id=query.before,
            limit=query.limit or audit_log.PAGE_SIZE,
        )
        answer = jsonify(entries=[entry.as_json() for entry in found], next=further)
        parameters = {**searched, "limit": query.limit, "before": further}
        return with_next(answer, parameters if further else None)

    api.add("/audit", {"GET": entries})
