"""Authentication providers: which adapters there are, and where their classes are.

A package brings its adapter by the entry-point group ``tallystick.adapters``; that needs no
registration. Registering gives an adapter a configuration, or another name.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from adapter.contract import Adapter
from adapter.errors import TallystickError
from idp.federation.access_control.global_policy import DEFAULT_PROVIDERS

ENTRY_POINT_GROUP = "tallystick.adapters"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_TYPE_NAME = re.compile(r"[A-Za-z_][\w]*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


class BadProvider(TallystickError):
    """Raised for a provider that cannot be registered, enabled, removed or loaded."""

    code = "bad_provider"


@dataclass(frozen=True, slots=True)
class AuthenticationProvider:
    """One provider: the name users' choices and policies go by, and ``MODULE:CLASS``.

    ``config`` is the content of its configuration file; two that are equal need no reloading.
    """

    name: str
    type_name: str
    config: bytes | None = field(default=None, repr=False)


class ProviderStore(Protocol):
    """Where registrations of authentication providers live."""

    def providers(self) -> Sequence[AuthenticationProvider]:
        """Return the registered providers by name."""

    def save_provider(self, provider: AuthenticationProvider) -> None:
        """Store a registration, new or known by its name."""

    def remove_provider(self, name: str) -> bool:
        """Remove a registration; False when there is none."""

    def enabled_providers(self) -> tuple[str, ...] | None:
        """Return the names that were enabled, None when nothing was."""

    def save_enabled_providers(self, names: Sequence[str]) -> None:
        """Enable these and no others."""


class Providers:
    """The providers of one store and of the installed packages."""

    def __init__(self, store: ProviderStore) -> None:
        self._store = store

    @cached_property
    def _installed(self) -> tuple[AuthenticationProvider, ...]:
        points = importlib.metadata.entry_points(group=ENTRY_POINT_GROUP)
        return tuple(AuthenticationProvider(point.name, point.value) for point in points)

    def list(self) -> tuple[AuthenticationProvider, ...]:
        """Return all providers by name; a registration stands before a package's own."""
        found = {provider.name: provider for provider in self._installed}
        found |= {provider.name: provider for provider in self._store.providers()}
        return tuple(found[name] for name in sorted(found))

    def register(self, name: str, type_name: str, config: bytes | None = None) -> None:
        """Store a registration, new or instead of the one of that name.

        Raises :class:`BadProvider` when the class cannot be loaded here.
        """
        if not _NAME.fullmatch(name):
            raise BadProvider(
                f"{name!r} is no name for a provider", "Use letters, digits, dot, dash, underscore"
            )
        load(type_name)
        self._store.save_provider(AuthenticationProvider(name, type_name, config))

    def unregister(self, name: str) -> None:
        """Remove a registration that is not enabled any more; raises :class:`BadProvider`."""
        enabled = self._store.enabled_providers()
        if name in (DEFAULT_PROVIDERS if enabled is None else enabled):
            raise BadProvider(f"{name} is enabled", "Enable others first: adapters enable NAME…")
        if not self._store.remove_provider(name):
            raise BadProvider(f"No provider {name!r} is registered", "See adapters list")

    def enable(self, names: Sequence[str]) -> None:
        """Enable these and no others; raises :class:`BadProvider` for names nobody has."""
        known = [provider.name for provider in self.list()]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise BadProvider(
                f"There is no provider {', '.join(unknown)}", f"There are {', '.join(known)}"
            )
        self._store.save_enabled_providers(tuple(dict.fromkeys(names)))


def load(type_name: str) -> type[Adapter]:
    """Import ``MODULE:CLASS`` and return the class; raises :class:`BadProvider`."""
    if not _TYPE_NAME.fullmatch(type_name):
        raise BadProvider(f"{type_name!r} names no class", "Give MODULE:CLASS")
    module, _, name = type_name.partition(":")
    try:
        found: object = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:  # whatever a stranger's module does when it is imported
        raise BadProvider(
            f"{type_name} cannot be loaded: {type(error).__name__}: {error}",
            "Install its package where the server runs",
        ) from error
    if not isinstance(found, type):
        raise BadProvider(f"{type_name} is no class", "Give MODULE:CLASS")
    return found
