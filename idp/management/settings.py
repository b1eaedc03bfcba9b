"""The settings of a server that runs: value, origin, meaning, and what waits for a restart.

Used by the page ``/admin/settings`` and ``GET /admin/api/settings``; ``tallystick config show``
shows the same rows of :mod:`idp.config.sources`. A server reads its settings when it starts, so
what was changed since is in force after a restart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError
from idp.config.sources import Setting, settings_of, settings_without_file

if TYPE_CHECKING:
    from idp.services import Services

UNKNOWN = "unknown"
"""The origin of a setting while the file cannot be read."""


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting as this server has it; after a restart it would be what ``setting`` says."""

    setting: Setting
    value: Any

    @property
    def waits(self) -> bool:
        """Whether another value was set since the start of this server."""
        return bool(self.value != self.setting.value)

    @property
    def text(self) -> str:
        """The value for people, empty for none."""
        return value_text(self.value)

    @property
    def text_after_restart(self) -> str:
        """The value that waits, likewise."""
        return value_text(self.setting.value)

    def place_in(self, file: str) -> str:
        """Return the origin, with only the name of the file: a page says once where that is."""
        return self.setting.origin.replace(file, Path(file).name) if file else self.setting.origin

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {
            "name": self.setting.name,
            "value": self.value,
            "origin": self.setting.origin,
            "meaning": self.setting.meaning.replace("``", ""),
            "variable": self.setting.variable,
            "after_restart": self.setting.value,
            "waits_for_restart": self.waits,
        }


@dataclass(frozen=True, slots=True)
class SettingsInForce:
    """All settings in the order of the schema, of ``file`` (empty for a program's).

    ``problem`` says why the file, as it is now, cannot be read; a restart would fail then.
    """

    rows: tuple[SettingInForce, ...]
    file: str
    problem: str = ""


def settings_in_force(services: Services, text: str = "") -> SettingsInForce:
    """Return the settings whose name, value, origin or meaning contains *text*."""
    config = services.config
    running = settings_without_file(config)
    now, problem = running, ""
    if config.file is not None:
        try:
            now = settings_of(config.file)
        except (TallystickError, OSError) as error:
            problem = str(error)
            now = tuple(replace(each, origin=UNKNOWN) for each in running)
    as_read = settings_without_file(config.as_read)
    rows = map(_in_force, running, as_read, now)
    found = tuple(row for row in rows if _matches(row, text))
    return SettingsInForce(found, str(config.file or ""), problem)


def _in_force(running: Setting, as_read: Setting, now: Setting) -> SettingInForce:
    """Return a row; what a program has set, such as the demo, it will set again."""
    is_of_program = running.value not in (as_read.value, now.value)
    return SettingInForce(running if is_of_program else now, running.value)


def value_text(value: Any) -> str:
    """Return a plain JSON value as people read it, empty for none."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _matches(row: SettingInForce, text: str) -> bool:
    setting = row.setting
    parts = (setting.name, f"[{setting.section}]", row.text, setting.origin, setting.meaning)
    place = "\n".join(parts).casefold()
    return all(word in place for word in text.casefold().split())
