"""Reads the folder of a theme, and reports all its faults at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from adapter.errors import TallystickError
from idp.model_errors import faults_in
from idp.toml_reading import NotToml, read_toml
from idp.web.theme.colors import faults_of, style_sheet
from idp.web.theme.settings import ThemeSettings
from idp.web.theme.theme import COLORS_FILE, NO_THEME, Theme, ThemeFile

SETTINGS_FILE = "theme.toml"
MAX_FILE_BYTES = 1024 * 1024
MAX_FILES = 50

TYPES = {
    ".png":   "image/png",
    ".jpg":   "image/jpeg",
    ".jpeg":  "image/jpeg",
    ".gif":   "image/gif",
    ".webp":  "image/webp",
    ".svg":   "image/svg+xml",
    ".css":   "text/css; charset=utf-8",
    ".woff2": "font/woff2",
}  # fmt: skip
"""The files that a theme may have; scripts are not among them."""
STYLE_SHEETS = (".css",)
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")


class ThemeError(TallystickError):
    """Raised when a theme cannot be used; its text lists every fault."""

    code = "theme"


def read_theme(folder: Path | None) -> Theme:
    """Return the theme in *folder*, our own look for None; raises :class:`ThemeError`."""
    if folder is None:
        return NO_THEME
    values = _read_settings(folder / SETTINGS_FILE)
    try:
        settings = ThemeSettings.model_validate(values)
    except ValidationError as error:
        found = [str(each) for each in faults_in(error, "there is no such setting", ThemeSettings)]
        raise _error(folder, [*found, *_faults_of_files(folder)]) from None
    faults = [
        *_faults_of_files(folder),
        *_faults_of_names(folder, settings),
        *faults_of(settings.colors),
    ]
    if faults:
        raise _error(folder, faults)
    return Theme(settings, _read_files(folder, settings))


def _read_settings(file: Path) -> Mapping[str, Any]:
    try:
        return read_toml(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ThemeError(f"{file} cannot be read: {error.strerror}", "Check the path") from None
    except (UnicodeDecodeError, NotToml) as error:
        raise ThemeError(f"{file} cannot be read: {error}", "Correct the file") from None


def _files(folder: Path) -> list[Path]:
    """Return what is in the folder besides the settings and hidden files."""
    found = sorted(folder.iterdir())
    return [file for file in found if file.name != SETTINGS_FILE and file.name[0] != "."]


def _faults_of_files(folder: Path) -> Iterator[str]:
    files = _files(folder)
    if len(files) > MAX_FILES:
        yield f"there are {len(files)} files, allowed are {MAX_FILES}"
    for file in files:
        if not file.is_file():
            yield f"{file.name} is no file; a theme has no folders in it"
        elif file.suffix.lower() not in TYPES:
            yield f"{file.name}: files of a theme end in {', '.join(TYPES)}"
        elif file.name == COLORS_FILE:
            yield f"{file.name}: this name is that of the colours in {SETTINGS_FILE}"
        elif file.stat().st_size > MAX_FILE_BYTES:
            yield f"{file.name} has more than {MAX_FILE_BYTES} bytes"


def _faults_of_names(folder: Path, settings: ThemeSettings) -> Iterator[str]:
    for setting, kinds in (
        ("logo", PICTURES),
        ("illustration", PICTURES),
        ("style_sheet", STYLE_SHEETS),
    ):
        name = getattr(settings, setting)
        if name is None:
            continue
        if not (folder / name).is_file():
            yield f"{setting}: there is no file {name}"
        elif Path(name).suffix.lower() not in kinds:
            yield f"{setting}: {name} must end in {', '.join(kinds)}"


def _read_files(folder: Path, settings: ThemeSettings) -> dict[str, ThemeFile]:
    read = {
        file.name: ThemeFile(file.read_bytes(), TYPES[file.suffix.lower()])
        for file in _files(folder)
    }
    colors = style_sheet(settings.colors)
    if colors:
        read[COLORS_FILE] = ThemeFile(colors.encode(), TYPES[".css"])
    return read


def _error(folder: Path, faults: list[str]) -> ThemeError:
    return ThemeError(f"The theme in {folder} has faults: {'; '.join(faults)}", "Correct them")
