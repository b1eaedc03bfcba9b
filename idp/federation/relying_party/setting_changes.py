"""Settings that people give: read from a file or REST, and changed by text or by JSON values.

All of it is strict: an unknown setting or a wrong value is refused with every fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from idp.federation.relying_party.setting_types import BadTrustSetting, values_in
from idp.federation.relying_party.settings import TrustSettings, by_setting
from idp.model_errors import faults_in

V = TypeVar("V")

_TABLES = {"attributes": "URI", "access_control_parameters": "NAME"}
"""Settings that are tables of lists: ``attributes.URI=VALUE`` sets one of them."""


def read_settings(values: Mapping[str, Any], source: str) -> TrustSettings:
    """Return the settings in parsed TOML or JSON; raises :class:`BadTrustSetting`."""
    try:
        return TrustSettings.model_validate(dict(values))
    except ValidationError as error:
        faults = list(faults_in(error, "there is no such setting", TrustSettings))
        raise BadTrustSetting(
            f"Wrong settings in {source}: {'; '.join(map(str, faults))}",
            "tallystick sp set --help lists the values of each setting",
            faults={".".join(fault.place): fault.message for fault in faults},
        ) from None


def change_from_text(settings: TrustSettings, changes: Mapping[str, str]) -> TrustSettings:
    """Return *settings* with changes given as text, ``KEY=VALUE`` on the command line.

    ``attributes.URI`` sets the values of one attribute to a text or a JSON list; an empty text
    removes the attribute. ``access_control_parameters.NAME`` does the same for a parameter. Raises
    :class:`BadTrustSetting` with all faults.
    """
    changes = _by_setting(changes)
    values = _values_to_change(settings, changes)
    for key, text in changes.items():
        table, dot, name = key.partition(".")
        if table not in _TABLES:
            values[key] = text
        elif dot:
            values[table] = _with(values[table], name, text)
        else:
            raise BadTrustSetting(f"{table} is a table", f"Give {table}.{_TABLES[table]}=VALUE")
    return read_settings(values, "the change")


def change_values(settings: TrustSettings, values: Mapping[str, Any]) -> TrustSettings:
    """Return *settings* with changes given as JSON values; raises :class:`BadTrustSetting`."""
    values = _by_setting(values)
    return read_settings({**_values_to_change(settings, values), **values}, "the change")


def _by_setting(values: Mapping[str, V]) -> dict[str, V]:
    try:
        return by_setting(values)
    except ValueError as error:
        raise BadTrustSetting(f"Wrong settings in the change: {error}", "Leave one out") from None


def _values_to_change(settings: TrustSettings, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that *changes* are applied to.

    A new policy starts without parameters. A policy replaces authorization rules, and rules a
    policy.
    """
    values = settings.model_dump()
    if "access_control_policy" in changes:
        values |= {"access_control_parameters": {}, "issuance_authorization_rules": ""}
    elif changes.get("issuance_authorization_rules"):
        values |= {"access_control_parameters": {}, "access_control_policy": ""}
    return values


def _with(table: dict[str, Any], name: str, text: str) -> dict[str, Any]:
    others = {key: value for key, value in table.items() if key != name}
    return {**others, name: values_in(text)} if text else others
