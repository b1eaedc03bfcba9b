"""Finds the user whom an administrator names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.errors import TallystickError
from adapter.sentences import sentence

if TYPE_CHECKING:
    from idp.directory import User
    from idp.services import Services


class UnknownUser(TallystickError):
    """Raised when there is no user of a name; told to administrators, never at a sign-in."""

    code = "unknown_user"

    def __init__(self, name: str) -> None:
        super().__init__(
            sentence("There is no user {name}", name=repr(name)),
            sentence("See tallystick user list"),
        )


def find_user(services: Services, name: str) -> User:
    """Return the user; raises :class:`UnknownUser`."""
    user = services.directory.find(name)
    if user is None:
        raise UnknownUser(name)
    return user
