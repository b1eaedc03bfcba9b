"""Writes values as TOML that is easy to read: policies, claim rules, a whole configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def toml_value(value: object, indent: str = "") -> str:
    """Return a text, number, flag, list or table as TOML.

    With *indent*, each table of a list gets a line of its own, which begins with *indent*.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(k)} = {toml_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        items = [toml_value(each) for each in value]
        if indent and any(isinstance(each, Mapping) for each in value):
            return "[\n" + "".join(f"{indent}{item},\n" for item in items) + "]"
        return f"[{', '.join(items)}]"
    if isinstance(value, int):
        return str(value)
    return _text(str(value))


def toml_key(key: str) -> str:
    """Return a key as TOML, in quotes if it needs them."""
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    """Return a text in quotes: single ones if that avoids escapes, else double ones."""
    if ("\\" in text or '"' in text) and "'" not in text and text.isprintable():
        return f"'{text}'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return char if char.isprintable() or char == " " else f"\\U{ord(char):08X}"
