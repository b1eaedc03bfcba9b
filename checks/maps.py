"""Checks that the map of a package, the docstring of its ``__init__.py``, names all its modules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from checks.tree import Tree

ROOTS = ("idp", "adapter", "bench", "checks")
WITHOUT_MAP = {
    # package                       where its modules are named, or why they are not
    "idp/admin/api":                "the table of idp/admin",
    "idp/admin/api/models":         "one for each module of idp/admin/api",
    "idp/admin/pages":              "the table of idp/admin",
    "idp/cli":                      "one for each command",
    "idp/store/migrations/versions": "their numbers are their order",
}  # fmt: skip


def check_maps(tree: Tree, file: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield a problem for each module or package beside *file* that its docstring does not name."""
    path = PurePosixPath(file)
    folder = path.parent.as_posix()
    if path.name != "__init__.py" or path.parts[0] not in ROOTS or folder in WITHOUT_MAP:
        return
    named = set(re.findall(r"\w+", ast.get_docstring(ast.parse(text)) or ""))
    for name in sorted(_modules_in(tree, folder) - named):
        yield 0, f"the map of {folder} does not name {name}"


def _modules_in(tree: Tree, folder: str) -> set[str]:
    """Return the names of the modules and packages directly in *folder*."""
    module = re.compile(rf"{re.escape(folder)}/(\w+)(?:\.py|/__init__\.py)")
    found = {match[1] for file in tree.files if (match := module.fullmatch(file))}
    return found - {"__init__", "__main__"}
