"""The package of an author who is at work on it: written to a folder, imported, and changed."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from textwrap import dedent

_nanoseconds = count()

SOURCE = '''\
"""An adapter whose page says which version of the code made it."""

from support.adapters.odd_adapters import Good, page

from {package}.texts import SAYS


class Draft(Good):
    def begin_authentication(self, identity_claim, request, context):
        return page(SAYS)
'''


@dataclass(frozen=True)
class WrittenPackage:
    """A package with a class ``Draft``; its page's title stands in the file ``texts.py``."""

    name: str
    folder: Path

    @property
    def type_name(self) -> str:
        return f"{self.name}:Draft"

    def write(self, file: str, source: str) -> None:
        path = self.folder / self.name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source))

    def says(self, title: str) -> None:
        """Change the title, as quickly as an editor can: within one second of the clock."""
        self.write("texts.py", f"SAYS = {title!r}\n")
        file = self.folder / self.name / "texts.py"
        os.utime(file, ns=(0, next(_nanoseconds)))

    def forget(self) -> None:
        for name in [*sys.modules]:
            if name.partition(".")[0] == self.name:
                del sys.modules[name]


def written(name: str, folder: Path) -> WrittenPackage:
    """Write the package *name* into *folder*, which has to be on ``sys.path``."""
    package = WrittenPackage(name, folder)
    package.write("__init__.py", SOURCE.format(package=name))
    package.says("The first one")
    return package
