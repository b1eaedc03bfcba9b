"""Settings of a test's server, by ``section.key`` as in ``tallystick.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp.config.reading import from_values
from idp.config.schema import Config

CHOSEN = {"server": ("base_url",), "store": ("url",), "mail": ("folder",), "keys": ("",)}
"""Settings that the plugin chooses itself; of the keys all."""


def with_settings(config: Config, settings: Mapping[str, Any]) -> Config:
    """Return *config* with other settings: ``{"sign_in.session_minutes": 5}``.

    Raises ValueError for one that tests cannot set, and
    :class:`~idp.config.reading.ConfigError` for one that is unknown or has a wrong value.
    """
    if not settings:
        return config
    given: dict[str, dict[str, Any]] = {}
    for name, value in settings.items():
        section, dot, key = name.partition(".")
        if not dot or not isinstance(name, str):
            raise ValueError(f"{name!r} names no setting: write section.key")
        if any(key.startswith(each) for each in CHOSEN.get(section, ())):
            raise ValueError(f"{name} is chosen by the plugin")
        given.setdefault(section, {})[key] = value
    base_url = {"base_url": config.server.base_url}
    checked = from_values({**given, "server": {**base_url, **given.get("server", {})}})
    changed = {
        section: getattr(config, section).model_copy(
            update={key: getattr(getattr(checked, section), key) for key in values}
        )
        for section, values in given.items()
    }
    return config.model_copy(update=changed)
