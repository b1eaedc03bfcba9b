"""What is wrong with values, told in the words of our settings rather than in pydantic's."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError


def faults_in(error: ValidationError, unknown: str) -> Iterator[str]:
    """Yield each fault after the place where it is; *unknown* is said of a name that is none."""
    for fault in error.errors(include_input=False, include_url=False):
        place = ".".join(str(part) for part in fault["loc"])
        message = str(fault["msg"]).removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = unknown
        yield f"{place}: {message}" if place else message
