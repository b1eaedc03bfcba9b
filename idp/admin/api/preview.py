"""``/admin/api/preview``: what a user will see, as ``tallystick preview`` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.models.reading import Preview, PreviewQuery
from idp.admin.api.operation import describe
from idp.audit.roles import READ_USERS
from idp.management.preview import preview

if TYPE_CHECKING:
    from idp.services import Services


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the address."""

    @describe(
        Preview,
        query=PreviewQuery,
        errors=("unknown_user", "unknown_trust", "bad_node", "unknown_device"),
    )
    def show(query: PreviewQuery) -> Response:
        """Return what a user will see."""
        wanted = {name: text.strip() for name, text in query.model_dump().items()}
        return jsonify(preview(services, **wanted).as_json())

    api.add("/preview", {"GET": show}, {"GET": READ_USERS})
