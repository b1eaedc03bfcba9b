"""``/admin/api/audit``: the audit log, as ``tallystick admin audit`` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, request

from idp.admin.api.guard import GuardedApi
from idp.admin.audit_query import query_in
from idp.admin.paging import before_in, limit_in
from idp.management import audit_log

if TYPE_CHECKING:
    from idp.services import Services


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the address of the audit log."""

    def entries() -> Response:
        """Return a page of entries, newest first, and ``next``: the ``before`` of the next page.

        Parameters: ``q``, ``actor``, ``verb``, ``object``, ``since``, ``limit``, ``before``.
        """
        found, further = audit_log.page(
            services,
            query_in(request.args, services.clock.now()),
            before_id=before_in(request.args),
            limit=limit_in(request.args, audit_log.PAGE_SIZE, audit_log.MAX_PAGE_SIZE),
        )
        return jsonify(entries=[entry.as_json() for entry in found], next=further)

    api.add("/audit", {"GET": entries})
