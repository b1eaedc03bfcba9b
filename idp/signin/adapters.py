"""The adapters of this node: loaded when needed, and again when their registration changes."""

from __future__ import annotations

import importlib
import importlib.resources
import threading
from dataclasses import dataclass
from pathlib import PurePosixPath

from adapter.contract import Adapter, AuthenticationMethodConfigData
from adapter.mfa.service import MfaService, UsesMfaService
from idp.federation.policy import GlobalPolicy
from idp.federation.providers import AuthenticationProvider, Providers, load
from idp.logs import get_logger

STATIC_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


@dataclass(frozen=True, slots=True)
class LoadedAdapter:
    """An adapter under the name it was registered with."""

    name: str
    adapter: Adapter

    def static_file(self, filename: str) -> bytes | None:
        """Return a file of the ``static`` folder beside the adapter's module, or None."""
        if PurePosixPath(filename).name != filename or filename.startswith("."):
            return None
        package = importlib.import_module(type(self.adapter).__module__).__package__
        if not package:
            return None
        file = importlib.resources.files(package) / "static" / filename
        return file.read_bytes() if file.is_file() else None


class AdapterHost:
    """Gives the enabled adapters, in the order of the global policy.

    Loading is logged like AD FS's events 106 (loaded) and 105 (failed); one that fails to load
    is not offered, and the others are.
    """

    def __init__(self, providers: Providers, policy: GlobalPolicy, mfa: MfaService) -> None:
        self._providers = providers
        self._policy = policy
        self._mfa = mfa
        self._lock = threading.Lock()
        self._loaded: dict[str, tuple[AuthenticationProvider, LoadedAdapter | None]] = {}

    def enabled(self) -> tuple[LoadedAdapter, ...]:
        """Return the adapters that the global policy enables and that could be loaded."""
        registered = {provider.name: provider for provider in self._providers.list()}
        names = self._policy.enabled_providers()
        found = [self._load(registered[name]) for name in names if name in registered]
        return tuple(adapter for adapter in found if adapter is not None)

    def find(self, name: str) -> LoadedAdapter | None:
        """Return one enabled adapter."""
        return next((loaded for loaded in self.enabled() if loaded.name == name), None)

    def _load(self, provider: AuthenticationProvider) -> LoadedAdapter | None:
        with self._lock:
            known = self._loaded.get(provider.name)
            if known is not None and known[0] == provider:
                return known[1]
            if known is not None and known[1] is not None:
                _unload(known[1])
            loaded = self._try_load(provider)
            self._loaded[provider.name] = (provider, loaded)
            return loaded

    def _try_load(self, provider: AuthenticationProvider) -> LoadedAdapter | None:
        try:
            adapter = load(provider.type_name)()
            if isinstance(adapter, UsesMfaService):
                adapter.use_mfa_service(self._mfa)
            adapter.on_authentication_pipeline_load(AuthenticationMethodConfigData(provider.config))
        except Exception as error:  # whatever a stranger's code throws
            get_logger().error(
                "adapter_load_failed", event_id=105, provider=provider.name, error=str(error)
            )
            return None
        get_logger().info("adapter_loaded", event_id=106, provider=provider.name)
        return LoadedAdapter(provider.name, adapter)

    def close(self) -> None:
        """Unload every adapter: the node stops."""
        with self._lock:
            loaded = [adapter for _, adapter in self._loaded.values() if adapter is not None]
            self._loaded.clear()
        for adapter in loaded:
            _unload(adapter)


def _unload(loaded: LoadedAdapter) -> None:
    try:
        loaded.adapter.on_authentication_pipeline_unload()
    except Exception as error:
        get_logger().warning("adapter_unload_failed", provider=loaded.name, error=str(error))
