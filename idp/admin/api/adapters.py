"""``/admin/api/adapters``: second factors, as ``tallystick adapters`` shows and changes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi, View
from idp.admin.api.json_body import BadBody
from idp.admin.api.models import adapters as models
from idp.admin.api.operation import describe
from idp.audit.roles import CHANGE
from idp.management import adapters, second_factors

if TYPE_CHECKING:
    from idp.services import Services

PARAMETERS = {"name": "The name of an adapter, such as AzureMfaAuthentication"}
REFUSALS = ("bad_provider", "unreadable_policy")


class AdapterApi:
    """The views of the adapters."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.Adapters)
    def list(self) -> Response:
        """Return all adapters, the enabled ones first and in their order."""
        found, problem = adapters.adapters(self._services)
        return jsonify(adapters=[view.as_json() for view in found], problem=problem)

    @describe(models.Adapters, body=models.EnabledAdapters, errors=REFUSALS)
    def enable(self, body: models.EnabledAdapters) -> Response:
        """Enable the adapters of the list ``enabled``, in this order, and no others."""
        second_factors.enable(self._services, body.enabled)
        return self.list()

    @describe(models.AdapterWithMetadata, errors=("bad_provider",))
    def show(self, name: str) -> Response:
        """Return one adapter, and what its metadata says."""
        view = adapters.find_adapter(self._services, name)
        return jsonify({**view.as_json(), "metadata": adapters.announced_by(view).as_json()})

    @describe(
        models.RegisteredAdapter,
        body=models.Registration,
        errors=REFUSALS,
        links={"adapter_show": {"name": "/name"}},
    )
    def register(self, name: str, body: models.Registration) -> Response:
        """Register a class, ``type`` as ``MODULE:CLASS``, with a ``config`` as text if any."""
        notice = adapters.restart_notice(self._services, body.type)
        content = None if body.config is None else _utf8(body.config)
        second_factors.register(self._services, name, body.type, content)
        view = adapters.find_adapter(self._services, name)
        return jsonify({**view.as_json(), "notice": notice})

    @describe(errors=REFUSALS)
    def unregister(self, name: str) -> Response:
        """Remove a registration."""
        second_factors.unregister(self._services, name)
        return Response(status=204)

    @describe(models.AdapterCheck, errors=("adapter_check_failed", "bad_provider"))
    def check(self, name: str) -> Response:
        """Return the rules of the contract that an adapter breaks; it may take a minute."""
        found = adapters.check_adapter(adapters.find_adapter(self._services, name))
        return jsonify(keeps_contract=not found, findings=[asdict(each) for each in found])


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise BadBody("config holds half a character", "Send text in Unicode") from None


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the adapters."""
    views = AdapterApi(services)
    one: dict[str, View] = {"GET": views.show, "PUT": views.register, "DELETE": views.unregister}
    changes = {"PUT": "adapter.register", "DELETE": "adapter.unregister"}
    api.add("/adapters", {"GET": views.list, "PUT": views.enable}, {"PUT": "adapter.enable"})
    api.add("/adapters/<name>", one, changes)
    api.add("/adapters/<name>/check", {"POST": views.check}, {"POST": CHANGE})
