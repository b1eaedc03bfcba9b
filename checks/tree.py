"""The files of the source tree, read once, and the Python modules among them."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath

SKIPPED = ("__pycache__", "node_modules", "build", "dist")


class Tree:
    """``files`` maps the path of each file with one of the suffixes to its text."""

    def __init__(self, root: Path, suffixes: tuple[str, ...]) -> None:
        self.root = root
        self.files = {
            path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(_files(root))
            if path.suffix in suffixes
        }

    def exists(self, path: str) -> bool:
        """Return whether there is a file or folder at *path*, relative to the root."""
        return (self.root / path).exists()

    @cached_property
    def page_names(self) -> frozenset[str]:
        """The names of all Markdown files, without folders."""
        return frozenset(PurePosixPath(file).name for file in self.files if file.endswith(".md"))

    @cached_property
    def modules(self) -> dict[str, ast.Module]:
        """The syntax trees of all Python files, by dotted names as they are imported."""
        return {
            module_name(file): ast.parse(text)
            for file, text in self.files.items()
            if file.endswith(".py")
        }

    @cached_property
    def packages(self) -> frozenset[str]:
        """Dotted names of all folders with modules in them."""
        return frozenset(
            name.rsplit(".", depth)[0]
            for name in self.modules
            for depth in range(1, name.count(".") + 1)
        )

    @cached_property
    def classes(self) -> dict[str, list[ast.ClassDef]]:
        """All classes by name."""
        found: dict[str, list[ast.ClassDef]] = {}
        for module in self.modules.values():
            for node in ast.walk(module):
                if isinstance(node, ast.ClassDef):
                    found.setdefault(node.name, []).append(node)
        return found

    @cached_property
    def external_names(self) -> frozenset[str]:
        """Top-level names of modules that are imported from outside the tree."""
        names = set(sys.stdlib_module_names)
        for module in self.modules.values():
            for node in ast.walk(module):
                if isinstance(node, ast.Import):
                    names |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names.add(node.module.partition(".")[0])
        return frozenset(names - {name.partition(".")[0] for name in self.modules})

    def owner_of(self, target: str) -> str | None:
        """Return the longest module or package that a dotted name begins with."""
        parts = target.split(".")
        prefixes = (".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
        return next(
            (name for name in prefixes if name in self.modules or name in self.packages), None
        )


def module_name(file: str) -> str:
    """Return the dotted name of a Python file; ``tests/support`` is on the path of the tests."""
    parts = list(PurePosixPath(file).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    if parts[:2] == ["tests", "support"]:
        parts = parts[2:]
    return ".".join(parts)


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name[0] != "." and name not in SKIPPED]
        yield from (Path(folder) / name for name in names if name[0] != ".")
