"""Access control policies as TOML and JSON: each table ``[[permit]]`` is a rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from idp import toml_reading
from idp.federation.access_control.policies import (
    MAX_NAME_LENGTH,
    AccessControlPolicy,
    BadAccessControlPolicy,
)
from idp.federation.toml_values import toml_value
from idp.model_errors import faults_in


def read_toml(name: str, text: str) -> AccessControlPolicy:
    """Return the policy in the TOML *text*; raises :class:`BadAccessControlPolicy`."""
    try:
        values = toml_reading.read_toml(text)
    except toml_reading.NotToml as error:
        raise BadAccessControlPolicy(f"This is not TOML: {error}", "Correct the file") from None
    return read_policy(name, values)


def read_policy(name: str, values: Mapping[str, Any]) -> AccessControlPolicy:
    """Return the policy in parsed TOML or JSON; raises :class:`BadAccessControlPolicy`."""
    try:
        return AccessControlPolicy.model_validate({**values, "name": name})
    except ValidationError as error:
        found = tuple(faults_in(error, "this key is unknown", AccessControlPolicy))
        faults = "; ".join(map(str, found))
        raise BadAccessControlPolicy(
            f"Wrong policy {name[:MAX_NAME_LENGTH]!r}: {faults}",
            "Give [[permit]] tables with networks, groups, claims, except, require_mfa",
            faults={".".join(fault.place): fault.message for fault in found},
        ) from None


def written(policy: AccessControlPolicy) -> str:
    """Return *policy* as TOML for :func:`read_toml`, without its name."""
    head = [f"description = {toml_value(policy.description)}\n"] if policy.description else []
    rules = [rule.model_dump(by_alias=True, exclude_defaults=True) for rule in policy.rules]
    return "\n".join(head + [_table(rule) for rule in rules])


def _table(rule: Mapping[str, Any]) -> str:
    return "[[permit]]\n" + "".join(f"{key} = {toml_value(value)}\n" for key, value in rule.items())
