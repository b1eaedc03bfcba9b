"""Users with what is known against their accounts: one, or a page of the list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.mfa.protection.store import Standing
from adapter.sentences import joined, sentence
from idp.instants import json_instant
from idp.management import nt_hashes
from idp.management.standing import describe, standing_as_json
from idp.management.user_by_name import find_user

if TYPE_CHECKING:
    from collections.abc import Iterable

    from idp.directory import User
    from idp.directory.lockout import LockoutState
    from idp.directory.nt_hash import KeptNtHash
    from idp.services import Services

PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000
PLACES = {
    # counter    wrong passwords from
    "soft":     sentence("anywhere"),
    "familiar": sentence("familiar places"),
    "unknown":  sentence("unknown places"),
}  # fmt: skip
"""Where the wrong passwords of a counter came from."""


@dataclass(frozen=True, slots=True)
class UserView:
    """A user of the directory, the wrong passwords, blocks and risk, and a kept NT hash."""

    user: User
    lockout: LockoutState | None = None
    standing: Standing = field(default_factory=Standing)
    kept: KeptNtHash | None = None

    @property
    def states(self) -> tuple[str, ...]:
        """The state of the account in words, one phrase for each thing."""
        user, lockout = self.user, self.lockout
        states = [sentence("disabled") if user.disabled else sentence("enabled")]
        if user.unreadable:
            states.append(sentence("cannot be read [unreadable_user]"))
        if user.must_change:
            states.append(sentence("must change password"))
        if lockout is not None and lockout.locked:
            places = joined(", ", (PLACES[name] for name in lockout.locked))
            states.append(sentence("locked out: {places}", places=places))
        return (*states, *describe(self.standing), *nt_hashes.describe(self.kept))

    def as_json(self) -> dict[str, Any]:
        """Return everything about the user, for scripts."""
        user, lockout = self.user, self.lockout
        return {
            "name": user.upn,
            "windows_account_name": user.windows_account_name,
            "display_name": user.display_name,
            "email": user.email,
            "groups": list(user.groups),
            "attributes": {name: list(values) for name, values in user.attributes.items()},
            "disabled": user.disabled,
            **({"error": "unreadable_user"} if user.unreadable else {}),
            "must_change_password": user.must_change,
            "locked_out": list(lockout.locked) if lockout else [],
            "wrong_passwords": {
                name: {
                    "count": counter.wrong,
                    "last_at": json_instant(counter.last_at),
                    "locked_until": counter.locked_until and json_instant(counter.locked_until),
                }
                for name, counter in (lockout.counters if lockout else {}).items()
            },
            "familiar_addresses": list(lockout.familiar_addresses) if lockout else [],
            **standing_as_json(self.standing),
            **nt_hashes.nt_hash_as_json(self.kept),
        }


def view_user(services: Services, user: User | str) -> UserView:
    """Return a user, by name or as just changed, with what is known against the account."""
    found = find_user(services, user) if isinstance(user, str) else user
    return UserView(
        found,
        services.directory.lockouts(found.upn).get(found.upn),
        services.protection.standing_of(found.upn),
        services.nt_hashes.kept(found.upn).get(found.upn),
    )


def all_users(services: Services) -> tuple[UserView, ...]:
    """Return all users, sorted by name."""
    lockouts = services.directory.lockouts()
    return _views(services, ((user, lockouts.get(user.upn)) for user in services.directory.list()))


@dataclass(frozen=True, slots=True)
class UserPage:
    """A part of the list of users; ``next`` is the name after which the next one begins."""

    views: tuple[UserView, ...]
    next: str | None


def page_of_users(
    services: Services, *, search: str = "", after: str = "", limit: int = PAGE_SIZE
) -> UserPage:
    """Return the users after the name *after* whose names or mail address contain *search*."""
    found = tuple(services.directory.page(search, after.strip().lower(), limit + 1))
    shown = found[:limit]
    return UserPage(_views(services, shown), shown[-1][0].upn if len(found) > limit else None)


def _views(
    services: Services, users: Iterable[tuple[User, LockoutState | None]]
) -> tuple[UserView, ...]:
    standings, kept = services.protection.standings(), services.nt_hashes.kept()
    return tuple(
        UserView(user, lockout, standings.get(user.upn, Standing()), kept.get(user.upn))
        for user, lockout in users
    )
