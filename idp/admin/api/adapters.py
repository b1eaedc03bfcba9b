"""``/admin/api/adapters``: second factors, as ``tallystick adapters`` shows and changes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import BadBody, json_object, text_of, texts_of
from idp.audit.roles import CHANGE
from idp.management import adapters, second_factors

if TYPE_CHECKING:
    from idp.services import Services


class AdapterApi:
    """The views of the adapters."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list(self) -> Response:
        """Return all adapters, the enabled ones first and in their order."""
        found, problem = adapters.adapters(self._services)
        return jsonify(adapters=[view.as_json() for view in found], problem=problem)

    def enable(self) -> Response:
        """Enable the adapters of the list ``enabled``, in this order, and no others."""
        names = texts_of(json_object(("enabled",)), "enabled")
        if names is None:
            raise BadBody("The body has no list", 'Send "enabled": ["AzureMfaAuthentication"]')
        second_factors.enable(self._services, names)
        return self.list()

    def show(self, name: str) -> Response:
        """Return one adapter, and what its metadata says."""
        view = adapters.find_adapter(self._services, name)
        return jsonify({**view.as_json(), "metadata": adapters.announced_by(view).as_json()})

    def register(self, name: str) -> Response:
        """Register a class, ``type`` as ``MODULE:CLASS``, with a ``config`` as text if any."""
        body = json_object(("type", "config"))
        type_name, config = text_of(body, "type") or "", text_of(body, "config")
        notice = adapters.restart_notice(self._services, type_name)
        content = None if config is None else config.encode(errors="replace")
        second_factors.register(self._services, name, type_name, content)
        view = adapters.find_adapter(self._services, name)
        return jsonify({**view.as_json(), "notice": notice})

    def unregister(self, name: str) -> Response:
        """Remove a registration."""
        second_factors.unregister(self._services, name)
        return Response(status=204)

    def check(self, name: str) -> Response:
        """Return the rules of the contract that an adapter breaks; it may take a minute."""
        found = adapters.check_adapter(adapters.find_adapter(self._services, name))
        return jsonify(keeps_contract=not found, findings=[asdict(each) for each in found])


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the adapters."""
    views = AdapterApi(services)
    one = {"GET": views.show, "PUT": views.register, "DELETE": views.unregister}
    changes = {"PUT": "adapter.register", "DELETE": "adapter.unregister"}
    api.add("/adapters", {"GET": views.list, "PUT": views.enable}, {"PUT": "adapter.enable"})
    api.add("/adapters/<name>", one, changes)
    api.add("/adapters/<name>/check", {"POST": views.check}, {"POST": CHANGE})
