"""Writes a document as TOML for version control: a fixed order, and one value a line.

Metadata and rules are texts of many lines with many quotation marks, so they stand in literal
strings, which need no escapes. The values are written by :mod:`idp.federation.toml_values`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from idp.federation.toml_values import toml_key, toml_value

HEAD = """\
# The configuration of a Tallystick server: nodes, trusts, policies, users. It has no secrets:
# no passwords, no keys, no seeds. What is not here stays as it is when the file is applied.
#
#   tallystick config diff FILE     what applying this file would change
#   tallystick config apply FILE    make these changes, all or none
#
# docs/configuration-file.md explains every key.
"""


def write_toml(document: Mapping[str, Any]) -> str:
    """Return the document as TOML."""
    return HEAD + "\n" + "\n".join(_table((), document)) + "\n"


def _table(path: tuple[str, ...], table: Mapping[str, Any], *, flat: bool = False) -> Iterator[str]:
    """Yield the lines of a table: its plain values, then the tables in it.

    A rule of a policy, and a claim rule, is *flat*: what is in it stands on the line of its key.
    """
    for key, value in table.items():
        if flat or not (_is_table(value) or _is_tables(value)):
            yield f"{toml_key(key)} = {_value(value)}"
    for key, value in () if flat else table.items():
        below = (*path, key)
        name = ".".join(map(toml_key, below))
        if _is_table(value):
            yield from ("", f"[{name}]", *_table(below, value))
        elif _is_tables(value):
            for each in value:
                yield from ("", f"[[{name}]]", *_table(below, each, flat=len(below) > 1))


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_tables(value: object) -> bool:
    """Say whether a value is a list of tables; an empty list is a plain value."""
    return isinstance(value, list) and bool(value) and all(isinstance(e, Mapping) for e in value)


def _value(value: object) -> str:
    if isinstance(value, str) and "\n" in value and _fits_literally(value):
        return f"'''\n{value}'''"
    if isinstance(value, list) and len(value) > 1:
        return "[\n" + "".join(f"  {toml_value(each)},\n" for each in value) + "]"
    return toml_value(value)


def _fits_literally(text: str) -> bool:
    """Say whether a literal string of many lines holds *text* unchanged (TOML 1.0, String)."""
    is_quoted = "'''" in text or text.endswith("'")
    return not is_quoted and all(line.replace("\t", "").isprintable() for line in text.split("\n"))
