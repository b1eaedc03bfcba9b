"""Sentences for values that a pydantic model refuses, in the words of our settings."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError


def describe_faults(error: ValidationError, unknown: str) -> Iterator[str]:
    """Yield a sentence for each fault, after its place; for an unknown name the text *unknown*."""
    for fault in error.errors(include_input=False, include_url=False):
        place = ".".join(str(part) for part in fault["loc"])
        message = str(fault["msg"]).removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = unknown
        yield f"{place}: {message}" if place else message
