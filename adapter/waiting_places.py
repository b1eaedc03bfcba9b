"""Posts that hang: what an adapter is given whose page waits for something outside the browser.

``adapter.contract`` exports all of it; docs/adapters.md, "Hanging posts", shows it in use.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar, runtime_checkable

T = TypeVar("T")

MAX_WAIT_SECONDS = 120
"""The longest wait that an adapter may ask for."""


class NoWaitingPlace(Exception):
    """Raised by :class:`WaitingPlaces` if every place is taken; show a page that says so then."""


class WaitingPlace(Protocol):
    """One place, in which one post may hang."""

    def until(self, ask: Callable[[], T | None], seconds: float) -> T | None:
        """Hang until *ask* returns a value, and return it; None after *seconds*.

        *ask* is called about once a second, and at once when a request on the user's phones has
        changed: it must be cheap, and may raise. None is returned early if the place is needed for
        another client, the same sign-in posts again, or the server ends: then show a page that
        posts again, and start nothing new at that post. Raises ValueError for more than
        :data:`MAX_WAIT_SECONDS`.
        """


class WaitingPlaces(Protocol):
    """The places in which the posts of adapters may hang: a fixed number in each process."""

    def place(
        self, user: str, *, sign_in: str, client: str
    ) -> AbstractContextManager[WaitingPlace]:
        """Take a place for a post, until the block ends. Raises :class:`NoWaitingPlace`.

        *user* is the value of the identity claim, *sign_in* the ``context_id`` and *client* the
        ``client_ip`` of the request. Take it before you act, for example send a message: a user
        whose post cannot wait should not be asked.
        """


@runtime_checkable
class UsesWaitingPlaces(Protocol):
    """A further ability of any adapter: posts of its page hang until something has happened."""

    def use_waiting_places(self, places: WaitingPlaces) -> None:
        """Called once, before ``on_authentication_pipeline_load``."""
