"""A pseudo-locale: English with accents, in brackets and 40 % longer, in place of German.

A text without brackets has no translation; a page on which something sticks out or is cut has no
room for the longer languages.
"""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from checks.catalogues import DOMAINS, texts_of

TREE = Path(__file__).parents[3]
LANGUAGE = "de"
ACCENTS = str.maketrans("aceinouyAEINOU", "áçéíñóúýÁÉÍÑÓÚ")
_KEPT = re.compile(r"(%\(\w+\)[a-z]|\{\w*\}|<[^>]*>)")


def pseudo(text: str) -> str:
    """Return the text in the pseudo-locale; placeholders and tags stay as they are."""
    parts = _KEPT.split(text)
    accented = "".join(part if _KEPT.fullmatch(part) else part.translate(ACCENTS) for part in parts)
    padding = "······ " * (len(text) * 2 // 5 // 7)
    return f"⟦{accented} {padding}·⟧"


def write_catalogues(folder: Path) -> dict[str, Path]:
    """Write the pseudo-locale below *folder* and return the folder of each domain."""
    folders = {}
    for domain in DOMAINS:
        folders[domain.name] = folder / domain.name
        compiled = folders[domain.name] / LANGUAGE / "LC_MESSAGES" / f"{domain.name}.mo"
        compiled.parent.mkdir(parents=True)
        compiled.write_bytes(_compiled(domain.name))
    return folders


@cache
def _compiled(name: str) -> bytes:
    """Return the pseudo-locale of a domain: made once, since all templates are read for it."""
    catalogue = Catalog(locale=LANGUAGE, domain=name, charset="utf-8")
    for text in texts_of(TREE, next(each for each in DOMAINS if each.name == name)):
        forms = text if isinstance(text, tuple) else (text,)
        shown = tuple(map(pseudo, forms))
        catalogue.add(text, shown if isinstance(text, tuple) else shown[0])
    target = io.BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()
