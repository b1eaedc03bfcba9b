"""What administrators do about the NT hashes of users, which MS-CHAP needs.

docs/nps-ms-chap.md says what keeping one costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.sentences import sentence
from idp.instants import json_instant
from idp.management.user_audit import changes_user
from idp.management.user_by_name import UnknownUser, find_user

if TYPE_CHECKING:
    from idp.directory import User
    from idp.directory.nt_hash import KeptNtHash
    from idp.services import Services


@changes_user("user.nt_hash_want")
def want_nt_hash(services: Services, name: str) -> User:
    """Keep the NT hash of a user from the next right or new password on.

    Raises :class:`~idp.management.user_by_name.UnknownUser`.
    """
    user, by = find_user(services, name), services.changes.actor.label
    if not services.nt_hashes.want(user.upn, by, services.clock.now()):
        raise UnknownUser(name)  # removed meanwhile
    return user


@changes_user("user.nt_hash_drop")
def drop_nt_hash(services: Services, name: str) -> bool:
    """Delete the NT hash of a user, and keep none any more; return False if none was wanted."""
    return services.nt_hashes.drop(find_user(services, name).upn)


def nt_hash_as_json(kept: KeptNtHash | None) -> dict[str, Any]:
    """Return whether a user's NT hash is kept, for scripts; null if it is not to be."""
    return {
        "nt_hash": kept
        and {
            "wanted_at": json_instant(kept.wanted_at),
            "wanted_by": kept.wanted_by,
            "kept": kept.is_kept,
        }
    }


def nt_hash_of(services: Services, name: str) -> dict[str, Any]:
    """Return a user's name with that, for scripts; raises UnknownUser."""
    upn = find_user(services, name).upn
    return {"name": upn, **nt_hash_as_json(services.nt_hashes.kept(upn).get(upn))}


def describe(kept: KeptNtHash | None) -> tuple[str, ...]:
    """Return it in words, one phrase or none."""
    if kept is None:
        return ()
    return (
        (sentence("NT hash kept"),)
        if kept.is_kept
        else (sentence("NT hash kept from the next password on"),)
    )
