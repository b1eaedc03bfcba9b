"""The error of changes by administrators, and of names that nobody has."""

from __future__ import annotations

from collections.abc import Iterable

from adapter.errors import TallystickError
from adapter.sentences import sentence
from idp.directory.users import User


class DirectoryError(TallystickError):
    """Raised when a change by an administrator cannot be made; never at a sign-in."""

    code = "directory"


def existing(name: str, user: User | None) -> User:
    """Return *user*; raises :class:`DirectoryError` if there is none of this *name*."""
    if user is None:
        raise unknown_user(name)
    return user


def name_taken(names: Iterable[str]) -> DirectoryError:
    """Return the error for *names* that other users have."""
    return DirectoryError(
        sentence(
            "There is already a user whose UPN or account name is that of {names}",
            names=", ".join(names),
        ),
        sentence("Choose another name, or change that user"),
        code="user_exists",
    )


def unknown_user(name: str) -> DirectoryError:
    """Return the error for a *name* that nobody has."""
    return DirectoryError(
        sentence("There is no user {name}", name=repr(name)),
        sentence("See tallystick user list"),
        code="unknown_user",
    )
