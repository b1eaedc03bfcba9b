"""Reads TOML that people write: whatever makes it unusable is one error, which says why."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

MAX_BITS = 64
"""Of a whole number (TOML 1.0, "Integer"). Python reads longer ones, and cannot write them all."""


class NotToml(ValueError):
    """Raised for a text that is no TOML, or more than we read; its text says why."""


def read_toml(text: str) -> dict[str, Any]:
    """Return the tables in *text*; raises :class:`NotToml`."""
    try:
        values = tomllib.loads(text)
        is_too_long = any(each.bit_length() >= MAX_BITS for each in _whole_numbers(values))
    except tomllib.TOMLDecodeError as error:
        raise NotToml(str(error)) from None
    except RecursionError:
        raise NotToml("Tables or lists are nested too deeply") from None
    except ValueError:  # Python reads no decimal number of more than some thousand digits
        is_too_long = True
    if is_too_long:
        raise NotToml(f"A number has more than {MAX_BITS} bits")
    return values


def _whole_numbers(value: object) -> Iterator[int]:
    if isinstance(value, int):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _whole_numbers(each)
