"""Paging of long lists: which page a request asks for."""

from __future__ import annotations

from collections.abc import Mapping

from adapter.errors import TallystickError
from adapter.sentences import sentence

MAX_ID = 2**62


class BadPage(TallystickError):
    """Raised for a page or a length of it that cannot be meant."""

    code = "bad_page"


def before_in(parameters: Mapping[str, str]) -> int | None:
    """Return the id before which the page begins; None for the first page."""
    return _number(parameters, "before", MAX_ID) if parameters.get("before") else None


def limit_in(parameters: Mapping[str, str], default: int, most: int) -> int:
    """Return how many rows are wanted."""
    return _number(parameters, "limit", most) if parameters.get("limit") else default


def _number(parameters: Mapping[str, str], name: str, most: int) -> int:
    text = parameters.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= most):
        raise BadPage(
            sentence("{name} is not a number from 1 to {most}", name=name, most=most),
            sentence("Send {name}=50, or leave it out", name=name),
        )
    return int(text)
