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


def after_in(parameters: Mapping[str, str]) -> int | None:
    """Return the id after which the page begins; None for another page."""
    return _number(parameters, "after", MAX_ID, least=0) if parameters.get("after") else None


def place_in(parameters: Mapping[str, str]) -> int:
    """Return the place that a page of a list begins behind: 0 is the first page."""
    text = parameters.get("after", "")
    if not (text.isascii() and text.isdigit()):
        return 0
    return min(int(text), MAX_ID) if len(text) < 20 else MAX_ID


def _number(parameters: Mapping[str, str], name: str, most: int, least: int = 1) -> int:
    text = parameters.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
        raise BadPage(
            sentence(
                "{name} is not a number from {least} to {most}", name=name, least=least, most=most
            ),
            sentence("Send {name}=50, or leave it out", name=name),
        )
    return int(text)
