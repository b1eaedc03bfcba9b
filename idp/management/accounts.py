"""Adds, changes and removes the users of the local directory (``tallystick user``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from idp.management.user_changes import changes_user, state_of

if TYPE_CHECKING:
    from idp.directory import User
    from idp.services import Services


def add(
    services: Services,
    name: str,
    password: str,
    *,
    display_name: str = "",
    email: str = "",
    groups: Sequence[str] = (),
) -> User:
    """Add a user; raises :class:`~idp.directory.errors.DirectoryError`."""
    with services.changes.recording() as made:
        added = services.directory.add(
            name, password, display_name=display_name, email=email, groups=groups
        )
        made.add("user.add", added.upn, after=state_of(services, added.upn))
    return added


def import_csv(services: Services, text: str) -> tuple[User, ...]:
    """Add the users of a CSV text, all or none; raises :class:`~idp.csv_table.CsvFaults`."""
    with services.changes.recording() as made:
        added = services.directory.import_csv(text)
        for each in added:
            made.add("user.add", each.upn, after=state_of(services, each.upn))
    return added


@changes_user("user.passwd")
def set_password(
    services: Services, name: str, password: str, *, must_change: bool = False
) -> User:
    """Set the password of a user, whose sessions end."""
    return services.directory.set_password(name, password, must_change=must_change)


@changes_user("user.sign_out")
def sign_out(services: Services, name: str) -> User:
    """End all sessions of a user."""
    return services.directory.sign_out(name)


@changes_user("user.disable")
def disable(services: Services, name: str) -> User:
    """Disable a user, whose sessions end."""
    return services.directory.disable(name)


@changes_user("user.enable")
def enable(services: Services, name: str) -> User:
    """Enable a user."""
    return services.directory.enable(name)


@changes_user("user.remove")
def remove(services: Services, name: str) -> None:
    """Remove a user with all that is stored of the user."""
    services.directory.remove(name)
