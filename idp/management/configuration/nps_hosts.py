"""The section ``nps_hosts``: NPS hosts with their registry values, without their clients.

A client has a shared secret, which no document has, so clients are not part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from adapter.nps_extension import parse_version
from adapter.sentences import sentence
from idp.management import nps_changes
from idp.management.configuration.section import Given, Section, Table, changed_keys
from idp.management.configuration.tables import NpsHostTable
from idp.nps import hosts
from idp.nps.registry import RegistryValues, changes_from_texts, values_as_texts

if TYPE_CHECKING:
    from idp.nps.hosts import NpsHost
    from idp.services import Services

_READ: dict[str, Callable[[Any], Any]] = {
    "version": lambda text: str(parse_version(text)),
    "addresses": lambda texts: list(hosts.read_addresses(texts)),
    "port": hosts.read_port,
    "protocols": lambda texts: list(hosts.read_protocols(texts)),
}


class NpsHosts(Section):
    """The NPS hosts; new registry values wait for a restart of the NPS service, as always."""

    key, kind, model, shown = "nps_hosts", sentence("NPS host"), NpsHostTable, ("version",)

    def stored(self, services: Services) -> dict[str, Table]:
        """Return the hosts by name."""
        found = sorted(services.nps.hosts(), key=lambda host: host.name)
        return {host.name: _table(host) for host in found}

    def wanted(self, services: Services, given: Given) -> Table:
        """Return the host; raises what ``NpsServers.set_host`` raises."""
        name = given.table["name"]
        hosts.check_name(name)
        if given.stored is None:
            version = given.table.get("version")
            if version is None:
                raise hosts.BadNpsHost(
                    "A new NPS host needs a version", 'Give version = "1.2.2216.1"'
                )
            now = services.clock.now()
            before = _table(hosts.new_host(name, str(parse_version(version)), now, ""))
        else:
            before = given.stored
        merged = Given(given.table, before).merged
        registry = Given(given.table.get("registry") or {}, before["registry"]).merged
        changes = changes_from_texts(registry)
        return {
            **{key: _READ.get(key, lambda value: value)(merged[key]) for key in before},
            "registry": values_as_texts(changes.apply(RegistryValues())),
        }

    def make(self, services: Services, given: Given, wanted: Table, prepared: Any) -> None:
        """Set what differs."""
        changed = changed_keys(wanted, given.stored)
        settings = {key: wanted[key] for key in changed if key not in ("name", "registry")}
        registry = changes_from_texts(wanted["registry"])
        nps_changes.set_host(services, wanted["name"], registry=registry, **settings)

    def notes(self, given: Given) -> Iterator[str]:
        """Say that registry values wait for a restart."""
        registry = given.table.get("registry") or {}
        before = (given.stored or {}).get("registry", {})
        if any(value is not None and before.get(key) != value for key, value in registry.items()):
            yield sentence(
                "{name}: registry values are in force after tallystick nps restart {name}",
                name=given.table["name"],
            )

    def remove(self, services: Services, name: str) -> None:
        """Remove the host with its clients."""
        nps_changes.remove(services, name)


def _table(host: NpsHost) -> Table:
    return {"name": host.name, **nps_changes.settings_of(host)}
