"""Rules written as TOML, to be read by people first."""

from __future__ import annotations

import re
from typing import Any

from idp.federation.claim_rules.rules import Rules
from idp.federation.claim_rules.tables import KEY
from idp.federation.claim_rules.written_tables import write

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write_toml(rules: Rules) -> str:
    """Return the TOML that :func:`~idp.federation.claim_rules.tables.read_toml` reads."""
    return "\n".join(_rule(table) for table in write(rules)) or f"{KEY} = []\n"


def _rule(table: dict[str, Any]) -> str:
    width = max(map(len, table))
    lines = [f"{key:<{width}} = {_value(value, indent='    ')}" for key, value in table.items()]
    return "\n".join((f"[[{KEY}]]", *lines, ""))


def _value(value: object, indent: str = "") -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        items = [_value(each) for each in value]
        if indent and any(isinstance(each, dict) for each in value):
            return "[\n" + "".join(f"{indent}{item},\n" for item in items) + "]"
        return f"[{', '.join(items)}]"
    return _text(str(value))


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    """Return a text in quotes; in single ones where that spares escapes."""
    if ("\\" in text or '"' in text) and "'" not in text and text.isprintable():
        return f"'{text}'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return char if char.isprintable() or char == " " else f"\\U{ord(char):08X}"
