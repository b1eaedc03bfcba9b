"""``/admin/api/sign-ins``: the sign-in log, as ``tallystick log`` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.models.sign_ins import SEARCHED, SignInPage, SignInQuery
from idp.admin.api.operation import describe
from idp.admin.api.pages_of_lists import with_next
from idp.admin.log_query import query_in
from idp.audit.roles import READ_SIGN_INS
from idp.management import sign_in_log

if TYPE_CHECKING:
    from idp.services import Services


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the address of the sign-in log."""

    @describe(SignInPage, query=SignInQuery, pages=True, errors=("not_a_time",))
    def entries(query: SignInQuery) -> Response:
        """Return a page of entries, newest first.

        ``next`` is the ``before`` of the next page, ``previous`` the ``after`` of the one before.
        """
        found = sign_in_log.page(
            services,
            query_in(query.model_dump(include=SEARCHED), services.clock.now()),
            before=query.before,
            after=query.after,
            limit=query.limit or sign_in_log.SHOWN,
        )
        further = {**query.model_dump(), "after": None, "before": found.older}
        return with_next(jsonify(found.as_json()), further if found.older else None)

    api.add("/sign-ins", {"GET": entries}, {"GET": READ_SIGN_INS})
