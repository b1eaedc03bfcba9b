"""Changes of the local directory; pages, REST API and ``tallystick user`` call the same functions.

What users have for the second factor is in ``users``, help for an account in ``protection``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.sentences import sentence
from idp.directory.attributes import as_values, change_attributes
from idp.directory.errors import DirectoryError, existing
from idp.directory.groups import change_groups
from idp.directory.users import canonical_upn
from idp.management.user_audit import changes_user, state_of
from idp.management.user_by_name import find_user

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from idp.directory import User
    from idp.directory.user_store import Credentials
    from idp.services import Services


def add_user(
    services: Services,
    name: str,
    password: str,
    *,
    display_name: str = "",
    email: str = "",
    groups: Sequence[str] = (),
    attributes: Mapping[str, str | Sequence[str]] | None = None,
    must_change: bool = False,
) -> User:
    """Add a user; the mail address defaults to the name.

    With *must_change*, the user has to choose another password at the first sign-in.
    """
    with services.changes.recording() as made:
        added = services.directory.add(
            name,
            password,
            display_name=display_name,
            email=email,
            groups=groups,
            attributes=attributes or {},
            must_change=must_change,
        )
        made.add("user.add", added.upn, after=state_of(services, added.upn))
    return added


def add_prepared_user(services: Services, credentials: Credentials) -> User:
    """Add a user whose password is hashed already (``Directory.prepare``)."""
    with services.changes.recording() as made:
        services.directory.add_prepared((credentials,))
        upn = credentials.user.upn
        made.add("user.add", upn, after=state_of(services, upn))
    return credentials.user


def import_users(services: Services, text: str) -> tuple[User, ...]:
    """Add all users of a CSV text, or none."""
    with services.changes.recording() as made:
        added = services.directory.import_csv(text)
        for each in added:
            made.add("user.add", each.upn, after=state_of(services, each.upn))
    return added


@changes_user("user.set")
def change_user(
    services: Services,
    name: str,
    attributes: Mapping[str, str | Sequence[str]] | None = None,
    *,
    add_groups: Sequence[str] = (),
    remove_groups: Sequence[str] = (),
) -> User:
    """Change attributes and groups of a user, all or nothing.

    ``mail`` and ``displayName`` are attributes too. One without values, or with an empty one, is
    removed. The change is seen at the next step of any sign-in.
    """
    given = as_values(attributes or {})

    def change(user: User) -> User:
        return change_groups(change_attributes(user, given), add_groups, remove_groups)

    return services.directory.change(find_user(services, name).upn, change)


@changes_user("user.set")
def set_groups(services: Services, name: str, groups: Sequence[str]) -> User:
    """Put a user into these groups, and no others."""
    return services.directory.change(
        find_user(services, name).upn,
        lambda user: change_groups(change_groups(user, remove=user.groups), groups),
    )


def rename_user(services: Services, name: str, new: str) -> User:
    """Give a user another UPN; the old name is free then.

    All methods, limits and persistent NameIDs stay, and so does the security identifier. All
    sessions end.
    """
    old, upn = find_user(services, name).upn, canonical_upn(new)
    if upn is None:
        raise DirectoryError(
            sentence("{new} is no user name", new=repr(new[:80])),
            sentence("Give one like alice@example.test"),
            code="bad_user",
        )
    with services.changes.recording() as made:
        before = state_of(services, old)
        renamed = existing(name, services.renames.rename(old, upn, services.clock.now()))
        made.add("user.rename", old, before=before, after=state_of(services, upn))
    return renamed


@changes_user("user.passwd")
def set_password(
    services: Services, name: str, password: str, *, must_change: bool = False
) -> User:
    """Set the password of a user, which ends earlier sessions and the lock-out."""
    upn = find_user(services, name).upn
    return services.directory.set_password(upn, password, must_change=must_change)


@changes_user("user.sign_out")
def sign_out_user(services: Services, name: str) -> User:
    """End all sessions of a user on all devices."""
    return services.directory.sign_out(find_user(services, name).upn)


@changes_user("user.disable")
def disable_user(services: Services, name: str) -> User:
    """Keep a user from signing in, and end all sessions."""
    return services.directory.disable(find_user(services, name).upn)


@changes_user("user.enable")
def enable_user(services: Services, name: str) -> User:
    """Let a disabled user sign in again."""
    return services.directory.enable(find_user(services, name).upn)


@changes_user("user.remove")
def remove_user(services: Services, name: str) -> User:
    """Remove a user with everything that is stored for the user; return who it was."""
    user = find_user(services, name)
    services.directory.remove(user.upn)
    return user
