"""Where a setting comes from: an environment variable, or a line of the configuration file."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, get_origin

from idp.config import SETTING_PREFIX
from idp.config.schema import Config

_HEADER = re.compile(r"\s*\[\s*([\w-]+)\s*\]")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*=""")


class Environment:
    """The variables ``TALLYSTICK__SECTION__KEY``, in any case, as they are now."""

    def __init__(self) -> None:
        self._names = {
            name.upper(): name for name in os.environ if name.upper().startswith(SETTING_PREFIX)
        }

    def values(self) -> dict[str, Any]:
        """Return the values that the variables give to known sections.

        One for a whole section comes first, those for its keys override it. Raises ValueError
        or RecursionError if one that must be JSON is not.
        """
        found: dict[str, Any] = {}
        for path, name in sorted((upper.split("__"), name) for upper, name in self._names.items()):
            _, section, *keys = map(str.lower, path)
            if section in Config.model_fields:
                text = os.environ[name]
                is_json = not keys or (len(keys) == 1 and text and _is_list(section, keys[0]))
                _put(found, (section, *keys), json.loads(text) if is_json else text)
        return found

    def unknown_sections(self) -> set[str]:
        """Return the sections that variables name and that do not exist."""
        return {_section_of(upper) for upper in self._names} - set(Config.model_fields)

    def variables_of(self, section: str, key: str | None) -> tuple[str, ...]:
        """Return the variables that set a key, or with None anything in its section."""
        whole = f"{SETTING_PREFIX}{section}".upper()
        wanted = whole if key is None else f"{whole}__{key}".upper()
        below = f"{wanted}__"
        names = self._names.items()
        return tuple(
            name for upper, name in names if upper == wanted or upper.startswith(below)
        ) or (tuple(name for upper, name in names if upper == whole))

    def not_json(self) -> Iterator[str]:
        """Yield the variables whose text is a list or a whole section and not JSON."""
        for upper, name in self._names.items():
            _, _, key = upper.removeprefix(SETTING_PREFIX).partition("__")
            if not _is_json(os.environ[name]) and (not key or _is_list(_section_of(upper), key)):
                yield name


@contextmanager
def without_variables_of(section: str, key: str) -> Iterator[tuple[str, ...]]:
    """Hide the variables that set a key, for as long as an option gives its value.

    Yields their names, in the spelling that each has.
    """
    names = Environment().variables_of(section, key)
    hidden = {name: os.environ.pop(name) for name in names}
    try:
        yield names
    finally:
        os.environ.update(hidden)


class FileLines:
    """The lines of the configuration file on which its settings stand."""

    def __init__(self, name: str, text: str, values: Mapping[str, Any]) -> None:
        self._name = name
        self._values = values
        self._lines = _lines(text)

    def place_of(self, section: str, key: str | None) -> str | None:
        """Return the place of a setting in the file, None if it is not there."""
        table = self._values.get(section)
        if table is None or (key is not None and not (isinstance(table, dict) and key in table)):
            return None
        line = self._lines.get((section, key or ""))
        return f"{self._name}:{line}" if line else f"{self._name} [{section}]"


@dataclass(frozen=True, slots=True)
class Origins:
    """Where wrong settings come from, so that an error blames what has to be corrected."""

    environment: Environment
    values: Mapping[str, Any]
    """What the environment gives, by section."""
    place_in_file: Callable[[str, str | None], str | None]

    def prefix_of(self, place: Sequence[str]) -> str:
        """Return "$VARIABLE: " or "FILE:LINE: " for the setting at *place*, else nothing."""
        section, key = (*place, None, None)[:2]
        names = " and ".join(self._origins_of(section or "", key))
        return f"{names}: " if names else ""

    def _origins_of(self, section: str, key: str | None) -> Iterator[str]:
        """Yield the one place of a key, or each of a section, which can be given in pieces."""
        given = self.values.get(section)
        is_in_environment = key is None or not isinstance(given, dict) or key in given
        variables = self.environment.variables_of(section, key) if is_in_environment else ()
        yield from (f"${name}" for name in variables)
        in_file = self.place_in_file(section, key)
        if in_file is not None and (key is None or not variables):
            yield in_file


def _section_of(variable: str) -> str:
    return variable.removeprefix(SETTING_PREFIX).partition("__")[0].lower()


def _put(table: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Put *value* into nested tables, unless one of them was given as something else."""
    *tables, last = path
    for name in tables:
        table = table.setdefault(name, {})
        if not isinstance(table, dict):
            return
    table[last] = value


def _is_list(section: str, key: str) -> bool:
    known = Config.model_fields.get(section)
    field = type(known.default).model_fields.get(key.lower()) if known else None
    return field is not None and get_origin(field.annotation) is tuple


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _lines(text: str) -> dict[tuple[str, str], int]:
    """Return the line of each ``[section]`` header (with no key) and of each key below one.

    Dotted keys and inline tables, TOML's other notations, are left out.
    """
    found: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            section = header[1]
            found.setdefault((section, ""), number)
        elif key := _KEY.match(line):
            found.setdefault((section, key[1]) if section else (key[1], ""), number)
    return found
