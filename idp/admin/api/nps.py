"""``/admin/api/nps``: NPS hosts, their registry values and clients, as ``tallystick nps`` has them.

No answer holds a client's secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify

from idp.admin.api.guard import GuardedApi
from idp.admin.api.json_body import (
    BadBody,
    bytes_of_body,
    integer_of,
    json_object,
    optional_flag_of,
    text_of,
    texts_of,
)
from idp.management import nps, nps_changes
from idp.nps.registry import NAMES, changes_from_texts, values_as_texts

if TYPE_CHECKING:
    from idp.services import Services

HOST_KEYS = ("version", "addresses", "port", "legacy_port", "protocols", "registry")
CLIENT_KEYS = (
    "secret", "preset", "can_answer_challenge", "needs_message_authenticator", "timeout", "label",
)  # fmt: skip


class HostApi:
    """The views of the hosts."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list(self) -> Response:
        """Return all hosts."""
        return jsonify(list(map(nps.host_as_json, nps.hosts(self._services))))

    def show(self, name: str) -> Response:
        """Return one host."""
        return jsonify(nps.host_as_json(nps.host(self._services, name)))

    def set(self, name: str) -> Response:
        """Change what the body holds of a host; a new one needs ``version``."""
        body = json_object(HOST_KEYS)
        change = nps_changes.set_host(
            self._services,
            name,
            version=text_of(body, "version"),
            addresses=texts_of(body, "addresses"),
            port=integer_of(body, "port"),
            legacy_port=optional_flag_of(body, "legacy_port"),
            protocols=texts_of(body, "protocols"),
            registry=changes_from_texts(_values_of(body.get("registry", {}))),
        )
        return jsonify(nps.change_as_json(self._services, change))

    def remove(self, name: str) -> Response:
        """Remove a host with its clients."""
        nps_changes.remove(self._services, name)
        return Response(status=204)

    def restart(self, name: str) -> Response:
        """Restart the NPS service: the registry values are in force from now on."""
        nps_changes.restart(self._services, name)
        return self.show(name)

    def registry(self, name: str) -> Response:
        """Return the registry values as they are set."""
        return jsonify(values_as_texts(self._services.nps.existing(name).registry))

    def set_registry(self, name: str) -> Response:
        """Set registry values: the body is a JSON object of them, or a ``.reg`` file."""
        content = bytes_of_body()
        if content.lstrip().startswith(b"{"):
            values = _values_of(json_object())
            change = nps_changes.set_registry(self._services, name, **values)
        else:
            change = nps_changes.import_reg(self._services, name, content)
        return jsonify(nps.change_as_json(self._services, change))


class ClientApi:
    """The views of the clients of a host."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list(self, name: str) -> Response:
        """Return the clients of a host."""
        self._services.nps.existing(name)
        return jsonify(list(map(nps.client_as_json, self._services.nps.clients(name))))

    def set(self, name: str, network: str) -> Response:
        """Add a client, or replace the one of this network, which may keep its ``secret``."""
        body = json_object(CLIENT_KEYS)
        client = nps.add_client(
            self._services,
            name,
            network,
            secret=text_of(body, "secret"),
            preset=text_of(body, "preset"),
            can_answer_challenge=optional_flag_of(body, "can_answer_challenge"),
            needs_message_authenticator=optional_flag_of(body, "needs_message_authenticator"),
            timeout=integer_of(body, "timeout"),
            label=text_of(body, "label"),
        )
        return jsonify(nps.client_as_json(client))

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
    api.add("/nps/<name>/clients/<path:network>", {"PUT": clients.set, "DELETE": clients.remove})


def _values_of(values: object) -> dict[str, str | None]:
    """Return the registry values of an object by field, with None for those it does not hold."""
    if not isinstance(values, Mapping):
        raise BadBody("registry is not an object", 'Send "registry": {"override": "TRUE"}')
    known: Mapping[str, Any] = values
    unknown = sorted(set(map(str, known)) - set(NAMES))
    if unknown:
        raise BadBody(f"The registry values have {unknown[0][:40]!r}", f"Send {', '.join(NAMES)}")
    return {field: text_of(known, field) for field in NAMES}
