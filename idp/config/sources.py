"""The settings in effect and the source of each: a variable, a line of the file, or the default."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from pydantic import SecretStr
from pydantic_settings import EnvSettingsSource

from idp.config import SETTING_PREFIX, schema
from idp.config.reading import load, read_file

SECRET = "(secret)"  # noqa: S105 - is shown in place of one
DEFAULT = "default"

# libpq has password, sslpassword and passfile; other programs write pwd, token and api_key.
_SECRET_NAME = re.compile(r"pass(?!file)|pwd|secret|token|credential|api_?key", re.IGNORECASE)
_HEADER = re.compile(r"\s*\[\s*([\w-]+)\s*\]")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*=""")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. ``value`` is plain JSON; ``origin`` is a variable, ``file:line`` or default."""

    name: str
    value: Any
    origin: str


def settings_of(path: Path) -> tuple[Setting, ...]:
    """Return all settings in effect with the file at *path*, in the order of the schema.

    Raises :class:`~idp.config.reading.ConfigError`.
    """
    effective = load(path)
    file = _File(path)
    in_environment: dict[str, Any] = EnvSettingsSource(schema.Config)()
    return tuple(
        Setting(
            f"{section}.{key}",
            _shown(getattr(getattr(effective, section), key)),
            _from_environment(in_environment, section, key)
            or file.place_of(section, key)
            or DEFAULT,
        )
        for section in schema.Config.model_fields
        for key in type(getattr(effective, section)).model_fields
    )


class _File:
    """The configuration file: its values and the line of each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values = read_file(path)
        self._lines = _lines(path.read_text(encoding="utf-8"))

    def place_of(self, section: str, key: str) -> str | None:
        """Return the place of a setting in the file, None if it is not there."""
        if key not in self._values.get(section, {}):
            return None
        line = self._lines.get((section, key))
        return f"{self._path}:{line}" if line else f"{self._path} [{section}]"


def _from_environment(values: Mapping[str, Any], section: str, key: str) -> str | None:
    if key not in values.get(section, {}):
        return None
    names = {name.upper(): name for name in os.environ}
    single, whole = (
        f"{SETTING_PREFIX}{section}__{key}".upper(),
        f"{SETTING_PREFIX}{section}".upper(),
    )
    return f"${names.get(single) or names.get(whole)}"


def _lines(text: str) -> dict[tuple[str, str], int]:
    """Return the line of each key below a ``[section]`` header.

    Dotted keys and inline tables, TOML's other notations, are left out.
    """
    found: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            section = header[1]
        elif key := _KEY.match(line):
            found.setdefault((section, key[1]), number)
    return found


def _shown(value: Any) -> Any:
    """Return a value as plain JSON, with secrets replaced."""
    if isinstance(value, SecretStr):
        return SECRET
    if isinstance(value, (tuple, list)):
        return [_shown(item) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _without_password(str(value))


def _without_password(text: str) -> str:
    """Return a text with the passwords of a URL replaced: before the host, and in its query."""
    if "://" not in text:
        return text
    try:
        password = urlsplit(text).password
    except ValueError:
        return SECRET
    if password:
        text = text.replace(f":{password}@", f":{SECRET}@")
    place, mark, query = text.partition("?")
    return place + mark + "".join(map(_without_value, re.split("([&;])", query)))


def _without_value(part: str) -> str:
    """Return ``name=value`` of a query, with the value replaced if the name is one of a secret."""
    name, equals, value = part.partition("=")
    is_secret = _SECRET_NAME.search(unquote_plus(name)) is not None
    return f"{name}={SECRET}" if equals and value and is_secret else part
