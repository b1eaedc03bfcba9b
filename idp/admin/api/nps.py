"""``/admin/api/nps``: NPS hosts, their registry values and clients, as ``tallystick nps`` has them.

No answer holds a client's secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi, View
from idp.admin.api.json_body import bytes_of_body, json_object
from idp.admin.api.models import nps as models
from idp.admin.api.operation import describe
from idp.management import nps, nps_changes
from idp.nps.registry import changes_from_texts, values_as_texts

if TYPE_CHECKING:
    from idp.services import Services

PARAMETERS = {
    "name": "The name of an NPS host, such as nps1",
    "network": "An address or a network, such as 192.0.2.0/24",
}
NO_HOST = ("unknown_nps_host",)
OF_REGISTRY = ("bad_registry_value", "bad_nps_host", "not_a_version")
OF_REG_FILE = ("bad_reg_file", "not_a_reg_file", "reg_file_too_large", "reg_file_without_key")
TO_HOST = {"host_show": {"name": "/name"}}


class HostApi:
    """The views of the hosts."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.Hosts)
    def list(self) -> Response:
        """Return all hosts."""
        return jsonify(list(map(nps.host_as_json, nps.hosts(self._services))))

    @describe(models.Host, errors=NO_HOST)
    def show(self, name: str) -> Response:
        """Return one host."""
        return jsonify(nps.host_as_json(nps.host(self._services, name)))

    @describe(models.Host, body=models.HostChange, errors=OF_REGISTRY, links=TO_HOST)
    def set(self, name: str, body: models.HostChange) -> Response:
        """Change what the body holds of a host; a new one needs ``version``."""
        change = nps_changes.set_host(
            self._services,
            name,
            version=body.version,
            addresses=body.addresses,
            port=body.port,
            legacy_port=body.legacy_port,
            protocols=body.protocols,
            registry=changes_from_texts(body.registry.model_dump()),
        )
        return jsonify(nps.change_as_json(self._services, change))

    @describe(errors=NO_HOST)
    def remove(self, name: str) -> Response:
        """Remove a host with its clients."""
        nps_changes.remove(self._services, name)
        return Response(status=204)

    @describe(models.Host, errors=NO_HOST)
    def restart(self, name: str) -> Response:
        """Restart the NPS service: the registry values are in force from now on."""
        nps_changes.restart(self._services, name)
        return self.show(name)

    @describe(models.Registry, errors=NO_HOST)
    def registry(self, name: str) -> Response:
        """Return the registry values as they are set."""
        return jsonify(values_as_texts(self._services.nps.existing(name).registry))

    @describe(
        models.Host,
        body=models.RegistryChange,
        also_takes="text/plain",
        errors=(*NO_HOST, *OF_REGISTRY, *OF_REG_FILE),
    )
    def set_registry(self, name: str) -> Response:
        """Set registry values: the body is a JSON object of them, or a ``.reg`` file."""
        content = bytes_of_body()
        if content.lstrip().startswith(b"{"):
            values = models.RegistryChange.read(json_object())
            change = nps_changes.set_registry(self._services, name, **values.model_dump())
        else:
            change = nps_changes.import_reg(self._services, name, content)
        return jsonify(nps.change_as_json(self._services, change))


class ClientApi:
    """The views of the clients of a host."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @describe(models.Clients, errors=NO_HOST)
    def list(self, name: str) -> Response:
        """Return the clients of a host."""
        self._services.nps.existing(name)
        return jsonify(list(map(nps.client_as_json, self._services.nps.clients(name))))

    @describe(models.Client, errors=(*NO_HOST, "unknown_nps_client", "bad_nps_client"))
    def show(self, name: str, network: str) -> Response:
        """Return one client."""
        return jsonify(nps.client_as_json(self._services.nps.existing_client(name, network)))

    @describe(models.Client, body=models.ClientChange, errors=(*NO_HOST, "bad_nps_client"))
    def set(self, name: str, network: str, body: models.ClientChange) -> Response:
        """Add a client, or replace the one of this network, which may keep its ``secret``."""
        client = nps.add_client(
            self._services,
            name,
            network,
            secret=body.secret,
            preset=body.preset,
            can_answer_challenge=body.can_answer_challenge,
            needs_message_authenticator=body.needs_message_authenticator,
            timeout=body.timeout,
            label=body.label,
        )
        return jsonify(nps.client_as_json(client))

    @describe(errors=(*NO_HOST, "unknown_nps_client", "bad_nps_client"))
    def remove(self, name: str, network: str) -> Response:
        """Remove a client."""
        nps_changes.remove_client(self._services, name, network)
        return Response(status=204)


def add_routes(api: GuardedApi, services: Services) -> None:
    """Add the addresses of the hosts and their clients."""
    hosts, clients = HostApi(services), ClientApi(services)
    api.add("/nps", {"GET": hosts.list})
    api.add("/nps/<name>", {"GET": hosts.show, "PUT": hosts.set, "DELETE": hosts.remove})
    api.add("/nps/<name>/restart", {"POST": hosts.restart})
    api.add("/nps/<name>/registry", {"GET": hosts.registry, "PUT": hosts.set_registry})
    api.add("/nps/<name>/clients", {"GET": clients.list})
    one: dict[str, View] = {"GET": clients.show, "PUT": clients.set, "DELETE": clients.remove}
    api.add("/nps/<name>/clients/<path:network>", one)
