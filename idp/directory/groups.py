"""Adds a user to groups and takes a user out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adapter.sentences import sentence
from idp.directory.errors import DirectoryError
from idp.directory.users import User

MAX_GROUP_LENGTH = 256


def is_group(name: str) -> bool:
    """Say whether a group may have this name."""
    return bool(name) and len(name) <= MAX_GROUP_LENGTH and name.isprintable()


def change_groups(user: User, add: Sequence[str] = (), remove: Sequence[str] = ()) -> User:
    """Return *user* in the groups *add*, and not in those of *remove*; letters in any case.

    Raises :class:`DirectoryError` (``bad_group``) for a name that no group can have.
    """
    for name in (*add, *remove):
        if not is_group(name):
            raise DirectoryError(
                sentence("{name} cannot be the name of a group", name=repr(name[:80])),
                sentence(
                    "Give 1 to {max_group_length} characters, and no control characters",
                    max_group_length=MAX_GROUP_LENGTH,
                ),
                code="bad_group",
            )
    gone = {name.casefold() for name in remove}
    groups = [name for name in user.groups if name.casefold() not in gone]
    known = {name.casefold() for name in groups}
    for name in add:
        if name.casefold() not in known:
            groups.append(name)
            known.add(name.casefold())
    return replace(user, groups=tuple(groups))
