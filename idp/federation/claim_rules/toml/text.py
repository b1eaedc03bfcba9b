"""Writes rules as TOML that is easy to read for people."""

from __future__ import annotations

from typing import Any

from idp.federation.claim_rules.model import ClaimRules
from idp.federation.claim_rules.toml.reader import KEY
from idp.federation.claim_rules.toml.writer import write
from idp.federation.toml_values import toml_value


def write_toml(rules: ClaimRules) -> str:
    """Return the TOML that :func:`~idp.federation.claim_rules.toml.reader.read_toml` reads."""
    return "\n".join(_rule(table) for table in write(rules)) or f"{KEY} = []\n"


def _rule(table: dict[str, Any]) -> str:
    width = max(map(len, table))
    lines = [f"{key:<{width}} = {toml_value(value, indent='    ')}" for key, value in table.items()]
    return "\n".join((f"[[{KEY}]]", *lines, ""))
