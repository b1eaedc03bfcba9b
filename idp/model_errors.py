"""What is wrong with given values, in the words of our settings: found, allowed, did you mean.

Faults come from pydantic; what is allowed comes from the JSON schema of the model, so that every
setting is explained without a text of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

MAX_FOUND_LENGTH = 60
"""Characters of a value that a fault repeats; a longer one is not a value that was mistyped."""

Schema = Mapping[str, Any]


_UNKNOWN = "extra_forbidden"
_OWN_WORDS = "value_error"
_COUNTS = ("too_long", "too_short")  # their message says how many there are, and may be

_KINDS = {
    # type or format   what is allowed
    "boolean":         "true or false",
    "date-time":       "a time with its zone, like 2026-01-31T08:00:00+01:00",
    "ipvanynetwork":   "a network like 10.0.0.0/8 or an address",
    "path":            "a path",
    "string":          "a text",
    "array":           'a list like ["one", "two"]',
    "object":          "a table",
    "null":            "nothing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the parts of the setting's name, a sentence's worth about it, pydantic's type."""

    place: tuple[str, ...]
    message: str
    kind: str = ""

    def __str__(self) -> str:
        return f"{'.'.join(self.place)}: {self.message}" if self.place else self.message


def faults_in(
    error: ValidationError, unknown: str, model: type[BaseModel] | None = None
) -> Iterator[Fault]:
    """Yield each fault in *error*; *unknown* is said of a name that does not exist.

    With the *model* that the values are for, a fault also says which value was found, what is
    allowed and which name was meant. A secret is never repeated.
    """
    schema = model.model_json_schema() if model else {}
    for fault in error.errors(include_url=False):
        place = tuple(str(part) for part in fault["loc"])
        if fault["type"] == _UNKNOWN:
            message = unknown + _suggestion(schema, place)
        else:
            message = _message(schema, place, fault)
        yield Fault(place, message, fault["type"])


def known_names(schema: Schema, place: Sequence[str]) -> tuple[str, ...]:
    """Return the names that the table at *place* may have."""
    return tuple((_part_at(schema, place) or {}).get("properties", {}))


def _message(schema: Schema, place: Sequence[str], fault: Mapping[str, Any]) -> str:
    part = _part_at(schema, place)
    found = _found(fault["input"], part) if part is not None else ""
    if fault["type"] == _OWN_WORDS:
        is_one_value = not isinstance(fault["input"], (dict, list, tuple))
        more = f" ({found})" if found and is_one_value else ""
        return str(fault["msg"]).removeprefix("Value error, ") + more
    allowed = _allowed(schema, part)
    if not allowed or fault["type"] in _COUNTS:
        return str(fault["msg"])
    return f"{found}, allowed is {allowed}" if found else f"allowed is {allowed}"


def _found(value: object, part: Schema) -> str:
    """Return "found VALUE", or nothing for a secret, an address with a password, a long value."""
    is_secret = any(each.get("writeOnly") for each in _alternatives(part))
    if isinstance(value, (dict, list, tuple)):
        return "found a table" if isinstance(value, dict) else "found a list"
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=str)
    is_address = isinstance(value, str) and "://" in value and ("@" in value or "?" in value)
    if is_secret or is_address or len(text) > MAX_FOUND_LENGTH or "\\n" in text:
        return ""
    return f"found {text}"


def _allowed(schema: Schema, part: Schema | None) -> str:
    """Return what a value may be; nothing if the schema does not say."""
    kinds = [_kind(_resolved(schema, each)) for each in _alternatives(part)]
    named = [kind for kind in kinds if kind and kind != _KINDS["null"]]
    return " or ".join(named) if len(named) == 1 or all(named) else ""


def _kind(part: Schema) -> str:
    if "enum" in part:
        *others, last = (str(each) for each in part["enum"])
        return f"{', '.join(others)} or {last}" if others else last
    if part.get("type") == "integer":
        return f"a whole number{_limits(part)}"
    if part.get("type") == "number":
        bounds = {"exclusiveMinimum": "above", "minimum": "of at least", "maximum": "of at most"}
        limits = [f"{word} {part[name]}" for name, word in bounds.items() if name in part]
        return " ".join(["a number", " and ".join(limits)]).rstrip()
    if "maxLength" in part:
        return f"a text of {part.get('minLength', 0)} to {part['maxLength']} characters"
    return _KINDS.get(part.get("format", ""), _KINDS.get(part.get("type", ""), ""))


def _limits(part: Schema) -> str:
    least = part.get("minimum", part.get("exclusiveMinimum", -1) + 1)
    if "maximum" in part:
        return f" from {least} to {part['maximum']}"
    is_bounded = "minimum" in part or "exclusiveMinimum" in part
    return f" of at least {least}" if is_bounded else ""


def _alternatives(part: Schema | None) -> Sequence[Schema]:
    part = part or {}
    alternatives: Sequence[Schema] = part.get("anyOf", [part])
    return alternatives


def _part_at(schema: Schema, place: Sequence[str]) -> Schema | None:
    """Return the schema of what is at *place*, None if the schema does not know it."""
    part: Schema | None = schema
    for name in place:
        part = _below(_resolved(schema, part or {}), name)
    return None if part is None else _resolved(schema, part)


def _below(part: Schema, name: str) -> Schema | None:
    below = part.get("properties", {}).get(name)
    return below or part.get("additionalProperties") or part.get("items") or None


def _resolved(schema: Schema, part: Schema) -> Schema:
    """Follow a reference, which is all that a pydantic schema says of a nested model."""
    reference = part.get("$ref") or next((each["$ref"] for each in part.get("allOf", ())), None)
    if reference is None:
        return part
    found: Schema = schema["$defs"][reference.rsplit("/", 1)[1]]
    return found


def _suggestion(schema: Schema, place: Sequence[str]) -> str:
    """Return " (did you mean …?)" for a mistyped name, else the names that there are."""
    *table, name = place
    siblings = known_names(schema, table)
    by_letters = {_letters(each): each for each in siblings}
    close = get_close_matches(_letters(name), by_letters, n=1, cutoff=0.7)
    meant = [".".join([*table, by_letters[each]]) for each in close]
    meant = meant or _in_other_tables(schema, name)
    if meant:
        return f" (did you mean {' or '.join(meant)}?)"
    return f" (there are {', '.join(siblings)})" if siblings else ""


def _in_other_tables(schema: Schema, name: str) -> list[str]:
    tables = known_names(schema, ())
    return [
        f"{table}.{key}"
        for table in tables
        for key in known_names(schema, (table,))
        if _letters(key) == _letters(name)
    ]


def _letters(name: str) -> str:
    """Return a name without what differs between spellings: AD FS's, Python's, a variable's."""
    return name.lower().replace("_", "").replace("-", "")
