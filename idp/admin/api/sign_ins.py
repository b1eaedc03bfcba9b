"""``/admin/api/sign-ins``: the sign-in log, as ``tallystick log`` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, request

from idp.admin.api.guard import GuardedApi
from idp.admin.log_query import query_in
from idp.admin.paging import after_in, before_in, limit_in
from idp.audit.roles import READ_SIGN_INS
from idp.management import sign_in_log

if TYPE_CHECKING:
    from idp.services import Services


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the address of the sign-in log."""

    def entries() -> Response:
        """Return a page of entries, newest first.

        Parameters: ``user``, ``trust``, ``outcome``, ``code``, ``since``, ``activity``, ``limit``,
        and ``before`` or ``after``: ``next`` is the ``before`` of the next page, and ``previous``
        the ``after`` of the one before it.
        """
        found = sign_in_log.page(
            services,
            query_in(request.args, services.clock.now()),
            before=before_in(request.args),
            after=after_in(request.args),
            limit=limit_in(request.args, sign_in_log.SHOWN, sign_in_log.MAX_SHOWN),
        )
        return jsonify(found.as_json())

    api.add("/sign-ins", {"GET": entries}, {"GET": READ_SIGN_INS})
