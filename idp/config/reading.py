"""Reads the configuration file and the environment, and reports all faults at once."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from adapter.errors import TallystickError
from idp.config import CONFIG_VARIABLE
from idp.config.places import Environment, FileLines, Origins
from idp.config.schema import Config, StoreSection
from idp.model_errors import faults_in
from idp.toml_reading import NotToml, read_toml


class ConfigError(TallystickError):
    """Raised when the configuration cannot be used; its text lists every fault."""

    code = "config"


def load(path: Path) -> Config:
    """Return the configuration in the file at *path* and the environment.

    Relative paths in the file start at its folder. Raises :class:`ConfigError` if the file is
    missing, is not TOML, or contains wrong settings.
    """
    values = read_file(path)
    lines = FileLines(str(path), path.read_text(encoding="utf-8"), copy.deepcopy(values))
    return _checked(_anchored(values, path.parent), lines.place_of).read_from(path)


def read_file(path: Path) -> dict[str, Any]:
    """Return the values in the file, by section; raises :class:`ConfigError`."""
    try:
        return read_toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _missing(path) from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "Check the path") from None
    except (UnicodeDecodeError, NotToml) as error:
        raise ConfigError(f"{path} cannot be read: {error}", "Correct the file") from None


def from_values(values: dict[str, Any]) -> Config:
    """Return the configuration of *values*, by section; the environment overrides them.

    Raises :class:`ConfigError`.
    """
    return _checked(values, lambda _section, _key: None)


def _missing(path: Path) -> ConfigError:
    named_by = os.environ.get(CONFIG_VARIABLE)
    if named_by and Path(named_by) == path:
        return ConfigError(
            f"${CONFIG_VARIABLE} names {path}, and there is no such file",
            "Correct the variable, or name a file with -c",
        )
    return ConfigError(
        f"There is no configuration file {path}",
        "Name one with -c, or create one with tallystick init",
    )


def _checked(
    values: dict[str, Any], place_in_file: Callable[[str, str | None], str | None]
) -> Config:
    """Return the configuration, or raise an error that lists every fault with its place."""
    environment = Environment()
    try:
        in_environment = environment.values()
    except (ValueError, RecursionError):
        names = " and ".join(f"${name}" for name in environment.not_json())
        raise ConfigError(
            f"The value of {names} is not JSON", "Write lists and whole sections as JSON"
        ) from None
    unknown: dict[str, Any] = {name: {} for name in environment.unknown_sections()}
    try:
        return Config.model_validate(_overridden(unknown | values, in_environment))
    except ValidationError as error:
        origins = Origins(environment, in_environment, place_in_file)
        faults = faults_in(error, "there is no such setting", Config)
        listed = "; ".join(f"{origins.prefix_of(fault.place)}{fault}" for fault in faults)
        raise ConfigError(f"Wrong settings: {listed}", "Correct them") from None


def _overridden(values: Mapping[str, Any], by: Mapping[str, Any]) -> dict[str, Any]:
    """Return *values* with those of *by* in their place, table by table."""
    both = {
        name: _overridden(values[name], by[name])
        for name in values.keys() & by.keys()
        if isinstance(values[name], dict) and isinstance(by[name], dict)
    }
    return {**values, **by, **both}


_PATHS = (
    ("serve", "certificate"),
    ("serve", "key"),
    ("keys", "signing_key"),
    ("keys", "signing_certificate"),
    ("keys", "passphrase_file"),
    ("keys", "secret"),
    ("trusts", "metadata_dir"),
    ("server", "admin_token_file"),
    ("mail", "folder"),
    ("theme", "folder"),
    ("radius", "event_log"),
)


def _anchored(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return *values* with *folder* put before every relative path, also before default ones."""
    for section, key in _PATHS:
        table = values.setdefault(section, {})
        if isinstance(table, dict):
            path = table.get(key, getattr(Config.model_fields[section].default, key))
            if isinstance(path, (str, Path)):
                table[key] = str(folder / path)
    store = values.setdefault("store", {})
    if isinstance(store, dict) and isinstance(url := store.get("url", StoreSection().url), str):
        store["url"] = _anchored_url(url, folder)
    return values


def _anchored_url(url: str, folder: Path) -> str:
    prefix = "sqlite:///"
    name = url.removeprefix(prefix)
    if not url.startswith(prefix) or name.startswith("/") or name in ("", ":memory:"):
        return url
    # Not resolved: that the file is a link to nowhere is noticed when it is created.
    return f"{prefix}{(folder / name).absolute()}"
