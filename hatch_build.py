"""Compiles the catalogues of our pages when the package is built or installed with ``pip -e``.

Each ``.po`` file becomes the ``.mo`` file that the standard :mod:`gettext` reads. Babel is needed
for that alone, never at run time.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, or by a test
    BuildHookInterface = object

CATALOGUES = (
    "idp/locale/*/LC_MESSAGES/*.po",
    "idp/admin/locale/*/LC_MESSAGES/*.po",
    "adapter/locale/*/LC_MESSAGES/*.po",
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|\{(\w*)\}|(%)(?!\()")
_TAG = re.compile(r"</?[a-z][^>]*>")


class CatalogueHook(BuildHookInterface):
    """Hatchling calls it before it builds a wheel, and before an editable installation."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict) -> None:
        """Compile all catalogues; raises ValueError with all faults of all of them."""
        compile_catalogues(Path(self.root))


def compile_catalogues(root: Path) -> None:
    """Write the ``.mo`` file beside each ``.po`` file; raises ValueError with all faults."""
    files = sorted(file for pattern in CATALOGUES for file in root.glob(pattern))
    read = {file: _read(file) for file in files}
    found = [f"{file.relative_to(root)}: {fault}" for file in files for fault in faults(read[file])]
    if found:
        raise ValueError("\n".join(found))
    for file, catalogue in read.items():
        with file.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, catalogue)


def faults(catalogue: Catalog) -> Iterator[str]:
    """Yield what is wrong with a catalogue: what Babel checks, and placeholders and tags.

    Babel lets a placeholder pass that only the translation has; rendering such a page would fail.
    """
    for message, errors in catalogue.check():
        yield from (f"{message.id!r}: {error}" for error in errors)
    for message in catalogue:
        if message.id and message.string and _marks(message.id) != _marks_of_translation(message):
            yield f"{message.id!r}: the translation has other placeholders or tags"


def _marks_of_translation(message: Message) -> list[str]:
    if isinstance(message.string, str):
        return _marks(message.string)
    return max(map(_marks, message.string), key=len, default=[])


def _marks(text: str | tuple[str, ...]) -> list[str]:
    """Return the placeholders and tags of a text, sorted; of a plural, those of its last form."""
    plain = text if isinstance(text, str) else text[-1]
    placeholders = [match[0] for match in _PLACEHOLDER.finditer(plain)]
    return sorted([*placeholders, *_TAG.findall(plain)])


def _read(file: Path) -> Catalog:
    with file.open("rb") as source:
        return read_po(source, locale=file.parents[1].name)


if __name__ == "__main__":
    try:
        compile_catalogues(Path(__file__).parent)
    except ValueError as wrong:
        sys.exit(str(wrong))
