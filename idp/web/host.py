"""What a host is to whatever receives its requests: steps, and addresses that need no framework."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapter.errors import TallystickError
from idp.web.answer import Answer
from idp.web.edge import unavailable
from idp.web.exchange import Exchange


class Host:
    """A host without a web framework; each adapter calls these steps around what answers.

    A host that needs a step has its own; these are those of every other one.
    """

    __slots__ = ()

    def begin(self, exchange: Exchange) -> None:
        """Begin a request that the edge has not refused."""

    def answer_error(self, error: TallystickError, exchange: Exchange) -> Answer:
        """Answer a request that was refused, or could not be answered."""
        return unavailable(exchange, error)

    def end(self, exchange: Exchange, *, status: int, location: str) -> None:
        """End an answered request; *location* is the answer's header of that name."""


@dataclass(frozen=True, slots=True)
class Route:
    """What answers one method at one fixed address of a host.

    ``name`` is that of Flask's endpoint, under which the request is counted. ``answer`` raises
    TallystickError, or Werkzeug's ``HTTPException``.
    """

    method: str
    path: str
    name: str
    host: Host
    answer: Callable[[Exchange], Answer]
