"""Authentication providers: which adapters exist, where their classes are, and which are enabled.

An installed package offers its adapter in the entry-point group ``tallystick.adapters``, and needs
no registration. Registering gives an adapter a configuration or another name (AD FS:
``Register-AdfsAuthenticationProvider``).
"""

from __future__ import annotations

import importlib
import importlib.metadata
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from adapter.contract import Adapter
from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.federation.access_control.global_policy import DEFAULT_PROVIDERS

ENTRY_POINT_GROUP = "tallystick.adapters"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_TYPE_NAME = re.compile(r"[A-Za-z_][\w]*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


class BadProvider(TallystickError):
    """Raised for a provider that cannot be registered, enabled, removed or loaded."""

    code = "bad_provider"


@dataclass(frozen=True, slots=True)
class AuthenticationProvider:
    """One provider: its name, which policies refer to, and its class as ``MODULE:CLASS``.

    ``config`` is the content of its configuration file. The adapter is loaded again only if the
    new value differs from the old one.
    """

    name: str
    type_name: str
    config: bytes | None = field(default=None, repr=False)


class ProviderStore(Protocol):
    """Storage of registrations, and of which providers are enabled."""

    def providers(self) -> Sequence[AuthenticationProvider]:
        """Return the registered providers, sorted by name."""

    def save_provider(self, provider: AuthenticationProvider) -> None:
        """Add a registration, or replace the one of the same name."""

    def remove_provider(self, name: str) -> bool:
        """Remove a registration; returns False if there is none of that name."""

    def enabled_providers(self) -> tuple[str, ...] | None:
        """Return the names of the enabled providers, None if they were never chosen."""

    def save_enabled_providers(self, names: Sequence[str]) -> None:
        """Enable these providers and no others."""


class Providers:
    """Lists, registers and enables the providers of a store and of the installed packages."""

    def __init__(self, store: ProviderStore) -> None:
        self._store = store

    @cached_property
    def _installed(self) -> tuple[AuthenticationProvider, ...]:
        points = importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
        return tuple(AuthenticationProvider(point.name, point.value) for point in points)

    def list(self) -> tuple[AuthenticationProvider, ...]:
        """Return all providers, sorted by name."""
        found = self.by_name()
        return tuple(found[name] for name in sorted(found))

    def by_name(self) -> Mapping[str, AuthenticationProvider]:
        """Return all providers by name; a registration hides an installed one of its name."""
        return {each.name: each for each in (*self._installed, *self._store.providers())}

    def registered_names(self) -> frozenset[str]:
        """Return the names of the registrations: the other providers come from packages."""
        return frozenset(provider.name for provider in self._store.providers())

    def register(self, name: str, type_name: str, config: bytes | None = None) -> None:
        """Add a registration, or replace the one of the same name.

        Raises :class:`BadProvider` if the class cannot be loaded here.
        """
        if not _NAME.fullmatch(name):
            raise BadProvider(
                sentence("{name} is no name for a provider", name=repr(name)),
                sentence("Use letters, digits, dot, dash, underscore"),
            )
        load(type_name)
        self._store.save_provider(AuthenticationProvider(name, type_name, config))

    def unregister(self, name: str) -> None:
        """Remove a registration. Raises :class:`BadProvider` if there is none or it is enabled."""
        enabled = self._store.enabled_providers()
        if name in (DEFAULT_PROVIDERS if enabled is None else enabled):
            raise BadProvider(
                sentence("{name} is enabled", name=name),
                sentence("Enable others first: adapters enable NAME…"),
            )
        if not self._store.remove_provider(name):
            raise BadProvider(
                sentence("No provider {name} is registered", name=repr(name)),
                sentence("See adapters list"),
            )

    def enable(self, names: Sequence[str]) -> None:
        """Enable these providers only. Raises :class:`BadProvider` for an unknown name."""
        known = [provider.name for provider in self.list()]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise BadProvider(
                sentence("There is no provider {name}", name=", ".join(unknown)),
                sentence("There are {names}", names=", ".join(known)),
            )
        self._store.save_enabled_providers(tuple(dict.fromkeys(names)))


def load(type_name: str) -> type[Adapter]:
    """Import ``MODULE:CLASS`` and return the class. Raises :class:`BadProvider`."""
    if not _TYPE_NAME.fullmatch(type_name):
        raise BadProvider(
            sentence("{text} names no class", text=repr(type_name)), sentence("Give MODULE:CLASS")
        )
    module, _, name = type_name.partition(":")
    try:
        found: object = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:  # the import runs code that is not ours
        raise BadProvider(
            sentence(
                "{text} cannot be loaded: {error}",
                text=type_name,
                error=f"{type(error).__name__}: {error}",
            ),
            sentence("Install its package where the server runs"),
        ) from error
    if not isinstance(found, type):
        raise BadProvider(
            sentence("{text} is no class", text=type_name), sentence("Give MODULE:CLASS")
        )
    return found
