"""Reads the configuration file and the environment, and reports all faults at once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from adapter.errors import TallystickError
from idp.config import SETTING_PREFIX
from idp.config.schema import Config, StoreSection


class ConfigError(TallystickError):
    """Raised when the configuration cannot be used; its text lists every fault."""

    code = "config"


def load(path: Path) -> Config:
    """Return the configuration in the file at *path* and the environment.

    Relative paths in the file start at its folder. Raises :class:`ConfigError` if the file is
    missing, is not TOML, or contains wrong settings.
    """
    return from_values(_anchored(read_file(path), path.parent), source=str(path))


def read_file(path: Path) -> dict[str, Any]:
    """Return the values in the file, by section; raises :class:`ConfigError`."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"There is no configuration file {path}",
            "Name one with -c, or create one with tallystick init",
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", "Correct the file") from None


def from_values(values: dict[str, Any], source: str = "the settings") -> Config:
    """Return the configuration of *values*, by section; the environment overrides them.

    *source* names where they come from in errors. Raises :class:`ConfigError`.
    """
    try:
        return Config(**values)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        )
        raise ConfigError(f"Wrong settings in {source}: {faults}", "Correct them") from None
    except SettingsError:
        raise ConfigError(
            f"The value of an environment variable {SETTING_PREFIX}… does not fit its setting",
            "Write lists and whole sections as JSON",
        ) from None


_PATHS = (
    ("serve", "certificate"),
    ("serve", "key"),
    ("keys", "signing_key"),
    ("keys", "signing_certificate"),
    ("keys", "passphrase_file"),
    ("keys", "secret"),
    ("trusts", "metadata_dir"),
    ("server", "admin_token_file"),
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
