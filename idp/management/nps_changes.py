"""Changes the NPS hosts and their clients, and records it; no entry holds a client's secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from idp.instants import json_instant
from idp.nps.clients import read_network
from idp.nps.registry import values_as_texts

if TYPE_CHECKING:
    from idp.audit.changes import Made
    from idp.nps.clients import NpsClient
    from idp.nps.hosts import NpsHost
    from idp.nps.registry import RegistryChanges
    from idp.nps.store import HostChange
    from idp.services import Services

MAX_VALUE_LENGTH = 100


def set_host(
    services: Services, name: str, *, registry: RegistryChanges, **settings: Any
) -> HostChange:
    """Change what is given of a host, or add one; raises what ``NpsServers.set_host`` raises."""
    by = services.changes.actor.label
    with changing_hosts(services) as made:
        return set_within(
            services,
            made,
            name,
            lambda: services.nps.set_host(name, by, registry=registry, **settings),
        )


def set_registry(services: Services, name: str, **values: str | None) -> HostChange:
    """Set registry values; raises what ``NpsServers.set_registry`` raises."""
    by = services.changes.actor.label
    with changing_hosts(services) as made:
        return set_within(
            services, made, name, lambda: services.nps.set_registry(name, by, **values)
        )


def import_reg(services: Services, name: str, content: bytes) -> HostChange:
    """Set registry values from a ``.reg`` file; raises what ``NpsServers.import_reg`` raises."""
    by = services.changes.actor.label
    with changing_hosts(services) as made:
        return set_within(services, made, name, lambda: services.nps.import_reg(name, content, by))


def restart(services: Services, name: str) -> NpsHost:
    """Restart the NPS service of a host; raises :class:`~idp.nps.hosts.BadNpsHost`."""
    with changing_hosts(services) as made:
        before = host_state(services.nps.host(name))
        host = services.nps.restart(name, services.changes.actor.label)
        made.add("nps.restart", name, before=before, after=host_state(host), **_line(host))
    return host


def remove(services: Services, name: str) -> None:
    """Remove a host with its clients; raises :class:`~idp.nps.hosts.BadNpsHost`."""
    with changing_hosts(services) as made:
        remove_within(services, made, name)


@contextmanager
def changing_hosts(services: Services) -> Iterator[Made]:
    """Record changes of hosts; nobody else changes any, so ``before`` is what they replace."""
    with services.changes.recording() as made:
        services.nps.lock()
        yield made


def set_within(
    services: Services, made: Made, name: str, change: Callable[[], HostChange]
) -> HostChange:
    """Change a host as a part of a larger change."""
    before = host_state(services.nps.host(name))
    changed = change()
    after = host_state(changed.host)
    made.add("nps.set", name, before=before, after=after, **_line(changed.host))
    return changed


def remove_within(services: Services, made: Made, name: str) -> None:
    """Remove a host, likewise. The entry has the networks of its clients, not their secrets."""
    before = host_state(services.nps.host(name))
    clients = [client.network for client in services.nps.clients(name)]
    services.nps.remove(name)
    made.add("nps.remove", name, before=before and {**before, "clients": clients})


def remove_client(services: Services, host: str, network: str) -> None:
    """Remove a client; raises :class:`~idp.nps.clients.BadNpsClient`."""
    with recording_client(services, host, network, "nps_client.remove"):
        services.nps.remove_client(host, network)


@contextmanager
def recording_client(services: Services, host: str, network: str, verb: str) -> Iterator[None]:
    """Record what happens within to a client of a host."""
    with changing_hosts(services) as made:
        wanted = read_network(network)
        before = _client(services, host, wanted)
        yield
        made.add(
            verb,
            f"{host} {wanted}",
            before=before,
            after=_client(services, host, wanted),
            nps_host=host,
            network=wanted,
        )


def host_state(host: NpsHost | None) -> dict[str, Any] | None:
    """Return what the audit log says of a host; None if there is none."""
    if host is None:
        return None
    return {**settings_of(host), "in_force": values_as_texts(host.in_force)}


def settings_of(host: NpsHost) -> dict[str, Any]:
    """Return what administrators can change about a host."""
    return {
        "version": host.version,
        "addresses": list(host.addresses),
        "port": host.port,
        "legacy_port": host.legacy_port,
        "protocols": list(host.protocols),
        "registry": values_as_texts(host.registry),
    }


def client_state(client: NpsClient) -> dict[str, Any]:
    """Return a client, without its secret."""
    return {
        "host": client.host,
        "network": client.network,
        "can_answer_challenge": client.can_answer_challenge,
        "needs_message_authenticator": client.needs_message_authenticator,
        "timeout": client.timeout,
        "label": client.label,
        "changed_at": json_instant(client.changed_at),
        "changed_by": client.changed_by,
    }


def _client(services: Services, host: str, network: str) -> dict[str, Any] | None:
    found = (each for each in services.nps.clients(host) if each.network == network)
    return next(map(client_state, found), None)


def _line(host: NpsHost) -> dict[str, str]:
    return {"version": host.version, "override": host.registry.override[:MAX_VALUE_LENGTH]}
