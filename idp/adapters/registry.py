"""The adapters of this node: loaded when first needed, and again when a registration changes.

Code that changed after it was loaded is noticed: the log says that a restart is due, or the
adapter is loaded anew if the setting ``adapters.reload`` asks for it.
"""

from __future__ import annotations

import importlib
import importlib.resources
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapter.contract import (
    ENGLISH,
    IDENTITY_CLAIMS,
    Adapter,
    AdapterMetadata,
    AuthenticationMethodConfigData,
    ExplainsItself,
)
from adapter.errors import TallystickError
from idp.adapters.abilities import Abilities
from idp.adapters.failure_log import FailureLog
from idp.adapters.source_files import SourceFiles, package_of
from idp.config.adapters import AdaptersSection
from idp.events import Event
from idp.federation.access_control.global_policy import GlobalPolicy
from idp.federation.providers import AuthenticationProvider, Providers, load
from idp.logs import get_logger

STATIC_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", re.ASCII)

MAX_CALLS = 200
"""Upper limit of concurrent calls per adapter, so that a hanging one cannot take every thread.

Calls in a waiting place (``adapter.contract.WaitingPlaces``) come on top: that room has a limit of
its own."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What an adapter announced when it was loaded; later changes of its metadata do not count."""

    methods: frozenset[str]
    identity_claim: str
    available_lcids: tuple[int, ...]
    friendly_names: Mapping[int, str]
    descriptions: Mapping[int, str]

    def friendly_name(self, lcid: int) -> str:
        """Return the name in a language, else in English, else in any language."""
        return _in(self.friendly_names, lcid)

    def description(self, lcid: int) -> str:
        """Return the description in the same way."""
        return _in(self.descriptions, lcid)


@dataclass(frozen=True, slots=True, eq=False)
class LoadedAdapter:
    """An adapter under the name it was registered with.

    ``failures`` logs what goes wrong in it; ``places`` limits the calls to it. ``explainer`` is
    the adapter once more if it explains itself.
    """

    name: str
    adapter: Adapter
    announced: Announced
    failures: FailureLog
    places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MAX_CALLS)
    )
    explainer: ExplainsItself | None = None

    def static_file(self, filename: str) -> bytes | None:
        """Return a file of the ``static`` folder beside the adapter's module, or None."""
        if not _FILE_NAME.fullmatch(filename):
            return None
        package = importlib.import_module(type(self.adapter).__module__).__package__
        if not package:
            return None
        file = importlib.resources.files(package) / "static" / filename
        return file.read_bytes() if file.is_file() else None


@dataclass(frozen=True, slots=True)
class _Entry:
    """What came of a registration: the adapter, None if it could not be loaded, and its files."""

    provider: AuthenticationProvider
    loaded: LoadedAdapter | None
    sources: SourceFiles


class AdapterHost:
    """Loads the enabled adapters, in the order of the global policy.

    Loading is logged like AD FS's events 106 (loaded) and 105 (failed). An adapter that fails to
    load is not offered; the others are. With the setting ``reload``, an adapter is loaded anew
    when a file of its package has changed; without it, the change is logged.
    """

    def __init__(
        self,
        providers: Providers,
        policy: GlobalPolicy,
        abilities: Abilities,
        settings: AdaptersSection,
    ) -> None:
        self._providers = providers
        self._policy = policy
        self._abilities = abilities
        self._settings = settings
        self._lock = threading.Lock()
        self._loaded: dict[str, _Entry] = {}

    def enabled(self) -> tuple[LoadedAdapter, ...]:
        """Return the adapters that the global policy enables and that could be loaded.

        Each call reads the database, so that a change is seen at once: call it once in a step.
        """
        registered = self._providers.by_name()
        names = self._policy.enabled_providers()
        loaded = [self._load(registered[name]) for name in names if name in registered]
        return tuple(adapter for adapter in loaded if adapter is not None)

    def find(self, name: str) -> LoadedAdapter | None:
        """Return one enabled adapter, None if it is not enabled or could not be loaded."""
        if name not in self._policy.enabled_providers():
            return None
        provider = self._providers.by_name().get(name)
        return None if provider is None else self._load(provider)

    def close(self) -> None:
        """Unload every adapter; called when the node stops."""
        with self._lock:
            entries = tuple(self._loaded.values())
            self._loaded.clear()
        for entry in entries:
            _unload(entry)

    def _load(self, provider: AuthenticationProvider) -> LoadedAdapter | None:
        with self._lock:
            before = self._loaded.get(provider.name)
            if before is not None and before.provider == provider and not self._is_due(before):
                return before.loaded
            if before is not None:
                _unload(before)
            if before is not None and before.provider.type_name == provider.type_name:
                sources = before.sources  # it knows since when the code is imported
            else:
                sources = SourceFiles(provider.type_name)
            loaded = self._try_load(provider)
            self._loaded[provider.name] = _Entry(provider, loaded, sources)
            return loaded

    def _is_due(self, entry: _Entry) -> bool:
        """Say whether to load the adapter anew because its code changed; log it if not."""
        if not entry.sources.have_changed():
            return False
        if self._settings.reload and entry.sources.forget():
            return True
        get_logger().warning(
            "adapter_changed",
            provider=entry.provider.name,
            problem="Its code has changed since it was loaded: a restart is due",
        )
        return False

    def _try_load(self, provider: AuthenticationProvider) -> LoadedAdapter | None:
        failures = FailureLog(
            provider.name,
            package_of(provider.type_name),
            provider.config,
            tracebacks=self._settings.log_tracebacks,
        )
        try:
            adapter = load(provider.type_name)()
            announced = _announced(adapter.metadata, provider.name)
            self._abilities.give(adapter, provider.name)
            adapter.on_authentication_pipeline_load(AuthenticationMethodConfigData(provider.config))
            explainer = adapter if isinstance(adapter, ExplainsItself) else None
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever foreign code raises
            failures.loading_failed(
                "adapter_load_failed", error, event_id=Event.PROVIDER_NOT_LOADED
            )
            return None
        get_logger().info("adapter_loaded", event_id=Event.PROVIDER_LOADED, provider=provider.name)
        calls = MAX_CALLS + self._abilities.hanging_calls(adapter)
        places = threading.BoundedSemaphore(calls)
        return LoadedAdapter(provider.name, adapter, announced, failures, places, explainer)


def _announced(metadata: AdapterMetadata, name: str) -> Announced:
    identity_claim = metadata.identity_claims[0]
    if identity_claim not in IDENTITY_CLAIMS:
        raise TallystickError(
            "The adapter asks for an identity claim that does not exist",
            "Run tallystick adapters check",
            code="bad_metadata",
        )
    return Announced(
        methods=frozenset(metadata.authentication_methods),
        identity_claim=identity_claim,
        available_lcids=tuple(map(int, metadata.available_lcids)),
        friendly_names=_texts(metadata.friendly_names) or {ENGLISH: name},
        descriptions=_texts(metadata.descriptions),
    )


def _texts(by_lcid: Mapping[int, str]) -> dict[int, str]:
    return {int(lcid): str(text) for lcid, text in by_lcid.items()}


def _in(texts: Mapping[int, str], lcid: int) -> str:
    return texts.get(lcid) or texts.get(ENGLISH) or next(iter(texts.values()), "")


def _unload(entry: _Entry) -> None:
    if entry.loaded is None:
        return
    try:
        entry.loaded.adapter.on_authentication_pipeline_unload()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        entry.loaded.failures.loading_failed("adapter_unload_failed", error)
