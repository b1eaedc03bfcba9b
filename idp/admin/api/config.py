"""``/admin/api/configuration``: the configuration as one document, compared and applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.models import configuration as models
from idp.admin.api.operation import describe
from idp.audit.roles import READ
from idp.management.configuration.apply import VERB, apply
from idp.management.configuration.document import checked_table
from idp.management.configuration.export import export
from idp.management.configuration.plan import compare

if TYPE_CHECKING:
    from idp.services import Services

REFUSALS = ("bad_configuration", "not_a_configuration", "unreadable_policy")


class ConfigurationApi:
    """The views of the configuration; the parameter ``prune`` is that of ``config apply``."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.DocumentTable, errors=("unreadable_policy",))
    def show(self) -> Response:
        """Return the document that ``tallystick config export`` writes."""
        response = jsonify(export(self._services).document)
        response.headers["Cache-Control"] = "no-store"
        return response

    @describe(
        models.ConfigurationPlan,
        body=models.ConfigurationDocument,
        query=models.DiffQuery,
        errors=REFUSALS,
    )
    def diff(self, body: models.ConfigurationDocument, query: models.DiffQuery) -> Response:
        """Return what applying the document in the body would change; nothing is changed."""
        plan = compare(self._services, checked_table(body.members), prune=query.prune)
        plan.must_be_faultless()
        return jsonify(plan.as_json())

    @describe(
        models.AppliedConfiguration,
        body=models.ConfigurationDocument,
        query=models.ApplyQuery,
        errors=(*REFUSALS, "configuration_changed"),
    )
    def apply(self, body: models.ConfigurationDocument, query: models.ApplyQuery) -> Response:
        """Apply the document in the body, all or nothing, and return what was changed.

        With the parameter ``seen``, the digest that a comparison has returned, only if it is still
        that. With ``dry_run`` all is undone again.
        """
        plan = apply(
            self._services,
            checked_table(body.members),
            prune=query.prune,
            dry_run=query.dry_run,
            seen=query.seen,
        )
        return jsonify(plan.as_json() | {"applied": not query.dry_run})


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the configuration."""
    views = ConfigurationApi(services)
    api.add("/configuration", {"GET": views.show, "PUT": views.apply}, {"PUT": VERB})
    api.add("/configuration/diff", {"POST": views.diff}, {"POST": READ})
