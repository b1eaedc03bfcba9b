"""What each setting means: the text below its field in the source of its section.

It is read when somebody asks. Pydantic can do it (``use_attribute_docstrings``), but reads the
sources of all sections whenever they are imported, which every command would wait for.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from textwrap import dedent

from idp.config.section import Section


@cache
def meanings_of(section: type[Section]) -> dict[str, str]:
    """Return the text of each field that has one, in one line; empty without the sources."""
    try:
        source = inspect.getsource(section)
    except OSError:
        return {}
    (definition,) = ast.parse(dedent(source)).body
    return dict(_texts(definition))


def _texts(definition: ast.AST) -> Iterator[tuple[str, str]]:
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    for field, below in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            yield field.target.id, " ".join(str(below.value.value).split())
