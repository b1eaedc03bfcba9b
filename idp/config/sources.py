"""The settings in effect and the source of each: a variable, a line of the file, or the default."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from pydantic import SecretStr

from idp.config import SETTING_PREFIX, schema
from idp.config.meanings import meanings_of
from idp.config.places import Environment, FileLines
from idp.config.reading import load, read_file
from idp.config.section import Section

SECRET = "(secret)"  # noqa: S105 - is shown in place of one
DEFAULT = "default"
PROGRAM = "program"
"""The origin of what a program has set, such as the demo or a test."""

# libpq has password, sslpassword and passfile; other programs write pwd, token and api_key.
_SECRET_NAME = re.compile(r"pass(?!file)|pwd|secret|token|credential|api_?key", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. ``value`` is plain JSON; ``origin`` is a variable, ``file:line`` or default.

    ``meaning`` is the documentation of its field, code between double backticks.
    """

    name: str
    value: Any
    origin: str
    meaning: str

    @property
    def section(self) -> str:
        """The section of the file."""
        return self.name.partition(".")[0]

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"{SETTING_PREFIX}{self.name.replace('.', '__').upper()}"


def settings_of(path: Path) -> tuple[Setting, ...]:
    """Return all settings in effect with the file at *path*, in the order of the schema.

    Raises :class:`~idp.config.reading.ConfigError`.
    """
    return _located(load(path), path)


def settings_without_file(config: schema.Config) -> tuple[Setting, ...]:
    """Return the settings of a configuration that a program has made."""
    return tuple(
        Setting(name, _shown(value), PROGRAM, meaning) for name, value, meaning in _fields(config)
    )


def _located(effective: schema.Config, path: Path) -> tuple[Setting, ...]:
    file = FileLines(str(path), path.read_text(encoding="utf-8"), read_file(path))
    environment = Environment()
    variables = environment.values()
    return tuple(
        Setting(
            name,
            _shown(value),
            _variable(environment, variables, *name.split("."))
            or file.place_of(*name.split("."))
            or DEFAULT,
            meaning,
        )
        for name, value, meaning in _fields(effective)
    )


def _fields(config: schema.Config) -> Iterator[tuple[str, Any, str]]:
    """Yield name, value and meaning of each setting."""
    for section in schema.Config.model_fields:
        values: Section = getattr(config, section)
        meanings = meanings_of(type(values))
        for key in type(values).model_fields:
            yield f"{section}.{key}", getattr(values, key), meanings.get(key, "")


def _variable(
    environment: Environment, values: Mapping[str, Any], section: str, key: str
) -> str | None:
    if key not in values.get(section, {}):
        return None
    return f"${environment.variables_of(section, key)[0]}"


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
