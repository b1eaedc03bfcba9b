"""Lists, changes and removes the NPS hosts of the farm and their clients: :class:`NpsServers`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from adapter.clock import Clock
from adapter.nps_extension import parse_version
from idp.nps import hosts
from idp.nps.clients import (
    DEFAULT_TIMEOUT,
    BadNpsClient,
    NpsClient,
    check_settings,
    read_network,
)
from idp.nps.hosts import BadNpsHost, NpsHost
from idp.nps.registry import RegistryChanges, changes_from_texts, read_reg_file

ChangeHost = Callable[[NpsHost | None], NpsHost]
ChangeClient = Callable[[NpsClient | None], NpsClient]


@dataclass(frozen=True, slots=True)
class HostChange:
    """A host after a change, and warnings about its settings or the file that they came from."""

    host: NpsHost
    warnings: tuple[str, ...]


class NpsStore(Protocol):
    """Storage of the NPS hosts and their clients. Rows that cannot be read are left out."""

    def stamp(self) -> int:
        """Return a number that every change makes higher; 0 before the first. One small query."""

    def lock(self) -> None:
        """Let nobody else change hosts or clients until this thread's transaction ends."""

    def hosts(self) -> Sequence[NpsHost]:
        """Return all hosts in the order in which they were added."""

    def host(self, name: str) -> NpsHost | None:
        """Return the host of that name, or None."""

    def change_host(self, name: str, change: ChangeHost) -> NpsHost:
        """Store what *change* makes of the host, or of None, and return it.

        Nobody else changes hosts or clients meanwhile. An error that it raises changes nothing.
        """

    def remove_host(self, name: str) -> bool:
        """Remove a host with its clients; returns False if there is none of that name."""

    def clients(self, host: str | None = None) -> Sequence[NpsClient]:
        """Return the clients of all hosts, or of one, in the order in which they were added."""

    def change_client(self, host: str, network: str, change: ChangeClient) -> NpsClient | None:
        """Store what *change* makes of a client, likewise; returns None if there is no host."""

    def remove_client(self, host: str, network: str) -> bool:
        """Remove a client; returns False if there is none of that network."""


class NpsServers:
    """The NPS hosts and clients of a store. ``by`` is who makes a change, stored with it."""

    def __init__(self, store: NpsStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def stamp(self) -> int:
        """Return a number that is another one after every change of a host or a client."""
        return self._store.stamp()

    def lock(self) -> None:
        """Let nobody else change hosts or clients until this thread's transaction ends."""
        self._store.lock()

    def hosts(self) -> tuple[NpsHost, ...]:
        """Return all hosts in the order in which they were added."""
        return tuple(self._store.hosts())

    def host(self, name: str) -> NpsHost | None:
        """Return the host of that name, or None."""
        return self._store.host(name)

    def existing(self, name: str) -> NpsHost:
        """Return the host of that name. Raises :class:`BadNpsHost` if there is none."""
        host = self._store.host(name)
        if host is None:
            raise _no_host(name)
        return host

    def set_host(
        self,
        name: str,
        by: str,
        *,
        version: str | None = None,
        addresses: Sequence[str] | None = None,
        port: int | None = None,
        legacy_port: bool | None = None,
        protocols: Sequence[str] | None = None,
        registry: RegistryChanges | None = None,
    ) -> HostChange:
        """Change what is given of a host; a new name with a version makes one.

        All is in force at once except the registry values, which wait for a restart: also those of
        a new host. Raises :class:`BadNpsHost`, :class:`~idp.nps.registry.BadRegistryValue` and
        :class:`~adapter.nps_extension.NotAVersionError`.
        """
        hosts.check_name(name)
        given = {
            "version": None if version is None else str(parse_version(version)),
            "addresses": None if addresses is None else hosts.read_addresses(addresses),
            "port": None if port is None else hosts.read_port(port),
            "legacy_port": legacy_port,
            "protocols": None if protocols is None else hosts.read_protocols(protocols),
        }
        settings = {key: value for key, value in given.items() if value is not None}
        return self._change(
            name, by, settings, registry or RegistryChanges({}), is_new_allowed=True
        )

    def set_registry(
        self,
        name: str,
        by: str,
        *,
        override: str | None = None,
        require_user_match: str | None = None,
        ip_whitelist: str | None = None,
    ) -> HostChange:
        """Set the registry values that are given; an empty text or ``unset`` deletes one.

        They are in force after :meth:`restart`. Raises :class:`BadNpsHost` and
        :class:`~idp.nps.registry.BadRegistryValue`.
        """
        texts = {
            "override": override,
            "require_user_match": require_user_match,
            "ip_whitelist": ip_whitelist,
        }
        return self._change(name, by, {}, changes_from_texts(texts))

    def import_reg(self, name: str, data: bytes, by: str) -> HostChange:
        """Set the registry values as a ``.reg`` file does, to be in force after :meth:`restart`.

        Raises :class:`~idp.nps.reg_file.RegFileError` and what :meth:`set_registry` raises.
        """
        return self._change(name, by, {}, read_reg_file(data))

    def restart(self, name: str, by: str) -> NpsHost:
        """Restart the NPS service of a host: its registry values are in force from now on.

        Raises :class:`BadNpsHost` if there is none of that name.
        """
        now = self._clock.now()

        def restarted(host: NpsHost | None) -> NpsHost:
            if host is None:
                raise _no_host(name)
            return replace(
                host, in_force=host.registry, restarted_at=now, changed_at=now, changed_by=by
            )

        return self._store.change_host(name, restarted)

    def remove(self, name: str) -> None:
        """Remove a host with its clients. Raises :class:`BadNpsHost` if there is none."""
        if not self._store.remove_host(name):
            raise _no_host(name)

    def clients(self, host: str | None = None) -> tuple[NpsClient, ...]:
        """Return the clients of all hosts, or of one, in the order in which they were added."""
        return tuple(self._store.clients(host))

    def add_client(
        self,
        host: str,
        network: str,
        by: str,
        *,
        secret: str | None,
        can_answer_challenge: bool = True,
        needs_message_authenticator: bool = True,
        timeout: int = DEFAULT_TIMEOUT,
        label: str = "",
    ) -> NpsClient:
        """Add a client to a host, or replace the one of the same network.

        Without a *secret*, the client to replace keeps its own. Raises :class:`BadNpsHost` and
        :class:`BadNpsClient`.
        """
        network = read_network(network)
        check_settings(secret=secret, timeout=timeout, label=label)
        now = self._clock.now()

        def added(before: NpsClient | None) -> NpsClient:
            return NpsClient(
                host,
                network,
                _secret_of(before) if secret is None else secret,
                can_answer_challenge=can_answer_challenge,
                needs_message_authenticator=needs_message_authenticator,
                timeout=timeout,
                label=label,
                changed_at=now,
                changed_by=by,
            )

        client = self._store.change_client(host, network, added)
        if client is None:
            raise _no_host(host)
        return client

    def remove_client(self, host: str, network: str) -> None:
        """Remove a client. Raises :class:`BadNpsClient` if there is none of that network."""
        if not self._store.remove_client(host, read_network(network)):
            raise _no_client(host, network)

    def existing_client(self, host: str, network: str) -> NpsClient:
        """Return one client. Raises :class:`BadNpsHost` and :class:`BadNpsClient`."""
        wanted, name = read_network(network), self.existing(host).name
        for client in self._store.clients(name):
            if client.network == wanted:
                return client
        raise _no_client(host, network)

    def _change(
        self,
        name: str,
        by: str,
        settings: dict[str, Any],
        registry: RegistryChanges,
        *,
        is_new_allowed: bool = False,
    ) -> HostChange:
        now = self._clock.now()

        def changed(before: NpsHost | None) -> NpsHost:
            if before is None and not is_new_allowed:
                raise _no_host(name)
            host = before or hosts.new_host(name, _version_of_new(name, settings), now, by)
            values = registry.apply(host.registry)
            return replace(host, **settings, registry=values, changed_at=now, changed_by=by)

        host = self._store.change_host(name, changed)
        warnings = (*host.warnings(), *registry.warnings, *hosts.overlaps(host, self.hosts()))
        return HostChange(host, warnings)


def _version_of_new(name: str, settings: Mapping[str, Any]) -> str:
    version = settings.get("version")
    if version is None:
        raise BadNpsHost(
            f"There is no NPS host {name!r}, and a new one needs a version",
            f"Add it: tallystick nps set {name} 1.2.2216.1",
        )
    return str(version)


def _secret_of(before: NpsClient | None) -> str:
    if before is None:
        raise BadNpsClient("A new client needs a shared secret", "Give one")
    return before.secret


def _no_client(host: str, network: str) -> BadNpsClient:
    return BadNpsClient(
        f"The host {host[:100]!r} has no client {network[:60]!r}",
        "See tallystick nps client list",
        code="unknown_nps_client",
    )


def _no_host(name: str) -> BadNpsHost:
    return BadNpsHost(
        f"There is no NPS host {name[:100]!r}",
        "See tallystick nps list",
        code="unknown_nps_host",
    )
