"""Finds references to what does not exist, and modules that the map of their package leaves out.

References are those to pages, headings, sections, and names in docstrings. Run it in the root of
the tree: ``python -m checks.references``. It prints a line for each fault,
``file:line: what is wrong``, and exits with 1 if there is one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__" and not __package__:
    sys.exit("Run it as a module: python -m checks.references")

if TYPE_CHECKING:
    from checks.tree import Tree

SUFFIXES = (".py", ".md", ".html", ".toml")
EXEMPT = ("checks/sections.py", "tests/checks/test_references.py")
"""Files that contain wrong references on purpose."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong: ``file`` is relative to the root, ``line`` counts from 1."""

    file: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"


Check = Callable[["Tree", str, str], Iterator[tuple[int, str]]]
"""A check of one file: it takes the tree, the file's path and its text, and yields the offset in
the text and the problem of each wrong reference."""


def find(root: Path) -> list[Finding]:
    """Return all that is wrong in the tree below *root*, in order."""
    from checks.maps import check_maps
    from checks.pages import check_pages
    from checks.roles import check_roles
    from checks.sections import check_sections
    from checks.tree import Tree

    tree = Tree(root, SUFFIXES)
    checks: tuple[Check, ...] = (check_pages, check_sections, check_roles, check_maps)
    return sorted(
        Finding(file, text.count("\n", 0, offset) + 1, problem)
        for file, text in tree.files.items()
        if file not in EXEMPT
        for check in checks
        for offset, problem in check(tree, file, text)
    )


def main() -> int:
    """Print what is wrong in the current folder; return the exit status."""
    findings = find(Path.cwd())
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
