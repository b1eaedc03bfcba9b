"""Writes the package of a new adapter: ``tallystick adapters new``.

The files of ``adapter_template`` are its content, with the names of the new adapter filled in.
"""

from __future__ import annotations

import importlib.resources
import importlib.util
import keyword
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

from adapter.errors import TallystickError

MAX_NAME = 40

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*", re.ASCII)
_BETWEEN_WORDS = re.compile(r"[-_]|(?<=[a-z0-9])(?=[A-Z])")


class BadAdapterName(TallystickError):
    """Raised for a name from which no package can be made."""

    code = "bad_adapter_name"


class AdapterNotWritten(TallystickError):
    """Raised if the folder of a new adapter is there already, or cannot be written."""

    code = "adapter_not_written"


@dataclass(frozen=True, slots=True)
class NewAdapter:
    """The names of a new adapter: words like ``("badge", "reader")``."""

    words: tuple[str, ...]

    @property
    def project(self) -> str:
        """The name of the project and of its folder: ``badge-reader``."""
        return "-".join(self.words).lower()

    @property
    def module(self) -> str:
        """The name of the package: ``badge_reader``."""
        return "_".join(self.words).lower()

    @property
    def provider(self) -> str:
        """The name of the class and of the provider: ``BadgeReaderAuthentication``."""
        name = "".join(word[:1].upper() + word[1:] for word in self.words)
        return name if name.endswith("Authentication") else f"{name}Authentication"

    @property
    def title(self) -> str:
        """The name that people read: ``Badge reader``."""
        text = " ".join(self.words)
        return text[:1].upper() + text[1:]

    def files(self) -> dict[str, str]:
        """Return the content of each file by its path in the project's folder."""
        paths = {
            # template          path
            "pyproject.toml":   "pyproject.toml",
            "README.md":        "README.md",
            "config.toml":      "config.toml",
            "adapter.py":       f"{self.module}/__init__.py",
            "test.py":          f"tests/test_{self.module}.py",
        }  # fmt: skip
        names = {
            "project": self.project,
            "module": self.module,
            "provider": self.provider,
            "title": self.title,
        }
        folder = importlib.resources.files("idp.cli") / "adapter_template"
        return {
            path: Template((folder / f"{template}.txt").read_text(encoding="utf-8")).substitute(
                names
            )
            for template, path in paths.items()
        }


def named(name: str) -> NewAdapter:
    """Return the names of a new adapter; raises :class:`BadAdapterName`."""
    if not _NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise BadAdapterName(
            f"{name!r} is no name for an adapter",
            f"Use a letter, then letters, digits, - and _, at most {MAX_NAME} characters",
        )
    adapter = NewAdapter(tuple(_BETWEEN_WORDS.split(name)))
    module = adapter.module
    if keyword.iskeyword(module) or module in sys.stdlib_module_names or _is_there(module):
        raise BadAdapterName(
            f"Python has {module!r} already: a word of its own, or a module that is installed",
            "Choose another name",
        )
    return adapter


def write(adapter: NewAdapter, parent: Path) -> Path:
    """Write the files into a new folder in *parent*, which is created if needed; return it.

    Raises :class:`AdapterNotWritten`, and then leaves nothing behind but *parent*.
    """
    folder = parent / adapter.project
    files = adapter.files()
    try:
        parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
    except FileExistsError as error:
        raise AdapterNotWritten(
            f"{error.filename} is there already", "Choose another name, or another --directory"
        ) from None
    except OSError as error:
        raise _not_written(error) from None
    try:
        for path, text in files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise _not_written(error) from None
    return folder


def _not_written(error: OSError) -> AdapterNotWritten:
    return AdapterNotWritten(
        f"{error.filename} cannot be written: {error.strerror}", "Choose another --directory"
    )


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return True
