"""``/admin/api/faults``: the faults that there are, and which one is due at a trust.

The entity ID follows ``/faults/next/`` in the address, percent-encoded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.models import trusts as models
from idp.admin.api.operation import describe
from idp.admin.api.shared import ENTITY_ID
from idp.management import faults

if TYPE_CHECKING:
    from idp.services import Services

PARAMETERS = ENTITY_ID


class FaultApi:
    """The views of the faults."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.Faults)
    def list(self) -> Response:
        """Return every fault of the catalogue."""
        return jsonify(faults.catalogue_as_json())

    @describe(models.DueFaults)
    def due(self) -> Response:
        """Return what is due at all trusts."""
        return jsonify([each.as_json() for each in faults.all_due(self._services)])

    @describe(models.DueFaults, errors=("unknown_trust",))
    def show(self, entity_id: str) -> Response:
        """Return what is due at one trust."""
        return jsonify([each.as_json() for each in faults.due_at(self._services, entity_id)])

    @describe(
        models.DueFault,
        body=models.NextFault,
        errors=("faults_not_allowed", "unknown_fault", "unknown_trust", "fault_not_possible"),
    )
    def set(self, entity_id: str, body: models.NextFault) -> Response:
        """Let the next sign-in, or log-out, have the ``fault`` of the body."""
        return jsonify(faults.set_next(self._services, entity_id, body.fault).as_json())

    @describe(errors=("faults_not_allowed", "unknown_trust"))
    def clear(self, entity_id: str) -> Response:
        """Let the next sign-in be as usual."""
        faults.clear_next(self._services, entity_id)
        return Response(status=204)


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the faults."""
    views = FaultApi(services)
    api.add("/faults", {"GET": views.list})
    api.add("/faults/next", {"GET": views.due})
    api.add(
        "/faults/next/<path:entity_id>",
        {"GET": views.show, "PUT": views.set, "DELETE": views.clear},
        {"PUT": faults.FAULT_SET, "DELETE": faults.FAULT_CLEARED},
    )
