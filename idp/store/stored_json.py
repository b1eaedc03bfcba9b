"""Reads JSON columns leniently: unknown keys are ignored, logged once, and kept when written back.

Nodes of two versions share a database during a rolling upgrade (docs/operation.md, "Upgrade"), so
a row may hold keys that only the newer version knows. What people give is read strictly instead:
see :mod:`idp.federation.relying_party.settings`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from idp.federation.pydantic_errors import describe_faults
from idp.logs import get_logger

MAX_LOGGED = 1000
"""Different lines that one process writes about stored rows."""

MAX_FAULTS = 3
MAX_KEY_LENGTH = 100

_logged: set[tuple[str, ...]] = set()


class DamagedValue(ValueError):
    """Raised for a stored value that cannot be read; its text says why."""


def load_json(text: object) -> Any:
    """Return what the JSON *text* of a column holds; raises :class:`DamagedValue`."""
    try:
        return json.loads(text)  # type: ignore[arg-type]  # SQLite may give back any type
    except (ValueError, TypeError, RecursionError):
        raise DamagedValue("it is not JSON") from None


def load_object(text: object) -> dict[str, Any]:
    """Return the JSON object of a column; raises :class:`DamagedValue`."""
    values = load_json(text)
    if not isinstance(values, dict):
        raise DamagedValue("it is not a JSON object")
    return values


def load_texts(text: object) -> tuple[str, ...]:
    """Return the JSON list of texts of a column; raises :class:`DamagedValue`."""
    return texts_in(load_json(text))


def texts_in(values: object) -> tuple[str, ...]:
    """Return a list of texts as a tuple; raises :class:`DamagedValue` for anything else."""
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise DamagedValue("it is not a JSON list of texts")
    return tuple(values)


def known_values(values: Mapping[str, Any], known: Collection[str], place: str) -> dict[str, Any]:
    """Return the *known* keys of *values*; each other key of *place* is logged once.

    *place* is the table and the column: ``trusts.settings``.
    """
    for key in values:
        if key not in known:
            log_once("stored_key_unknown", place=place, key=key[:MAX_KEY_LENGTH])
    return {key: value for key, value in values.items() if key in known}


def with_unknown(new: Mapping[str, Any], stored: object, known: Collection[str]) -> dict[str, Any]:
    """Return *new* with the keys of the *stored* text that this version does not know."""
    try:
        before = load_object(stored)
    except DamagedValue:
        return dict(new)
    return {**new, **{key: value for key, value in before.items() if key not in known}}


def faults_of(error: ValidationError) -> str:
    """Return in one line what is wrong with stored values."""
    faults = list(describe_faults(error, "this version does not know it"))
    more = f"; and {len(faults) - MAX_FAULTS} more" if len(faults) > MAX_FAULTS else ""
    return "; ".join(faults[:MAX_FAULTS]) + more


def log_once(event: str, **fields: str) -> None:
    """Write a warning, unless this process has written the same one before."""
    line = (event, *fields.values())
    if line not in _logged and len(_logged) < MAX_LOGGED:
        _logged.add(line)
        get_logger().warning(event, **fields)
