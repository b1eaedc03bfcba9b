"""``/admin/api/configuration``: the configuration as one document, compared and applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, request

from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import BadBody, json_object
from idp.audit.roles import READ
from idp.management.configuration.apply import VERB, apply
from idp.management.configuration.document import checked_table
from idp.management.configuration.export import export
from idp.management.configuration.plan import compare

if TYPE_CHECKING:
    from idp.services import Services

FLAGS = {"true": True, "false": False, "": False}


class ConfigurationApi:
    """The views of the configuration; the parameter ``prune`` is that of ``config apply``."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def show(self) -> Response:
        """Return the document that ``tallystick config export`` writes."""
        response = jsonify(export(self._services).document)
        response.headers["Cache-Control"] = "no-store"
        return response

    def diff(self) -> Response:
        """Return what applying the document in the body would change; nothing is changed."""
        document = checked_table(json_object())
        plan = compare(self._services, document, prune=_flag("prune"))
        plan.must_be_faultless()
        return jsonify(plan.as_json())

    def apply(self) -> Response:
        """Apply the document in the body, all or nothing, and return what was changed.

        With the parameter ``seen``, the digest that :meth:`diff` has returned, only if it is still
        that. With ``dry_run`` all is undone again.
        """
        document = checked_table(json_object())
        dry_run = _flag("dry_run")
        plan = apply(
            self._services,
            document,
            prune=_flag("prune"),
            dry_run=dry_run,
            seen=request.args.get("seen"),
        )
        return jsonify(plan.as_json() | {"applied": not dry_run})


def _flag(name: str) -> bool:
    text = request.args.get(name, "").lower()
    if text not in FLAGS:
        raise BadBody(f"{name} is neither true nor false", f"Send {name}=true")
    return FLAGS[text]


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the configuration."""
    views = ConfigurationApi(services)
    api.add("/configuration", {"GET": views.show, "PUT": views.apply}, {"PUT": VERB})
    api.add("/configuration/diff", {"POST": views.diff}, {"POST": READ})
