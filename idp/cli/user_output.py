"""How ``tallystick user`` prints a user: as a row of the list, as JSON, as fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.mfa.protection.store import Standing
from idp.instants import json_instant
from idp.management import nt_hashes
from idp.management.standing import describe, standing_as_json

if TYPE_CHECKING:
    from idp.directory import User
    from idp.directory.lockout import CounterState, LockoutState
    from idp.directory.nt_hash import KeptNtHash

COLUMNS = ("name", "account", "display name", "email", "groups", "state")
PLACES = {
    # counter    wrong passwords from
    "soft":     "anywhere",
    "familiar": "familiar places",
    "unknown":  "unknown places",
}  # fmt: skip


def user_row(
    user: User,
    lockout: LockoutState | None,
    standing: Standing | None = None,
    kept: KeptNtHash | None = None,
) -> tuple[str, ...]:
    """Return the cells of :data:`COLUMNS`."""
    return (
        user.upn,
        user.windows_account_name,
        user.display_name,
        user.email,
        ", ".join(user.groups),
        _state(user, lockout, standing, kept),
    )


def user_as_json(
    user: User,
    lockout: LockoutState | None,
    standing: Standing | None = None,
    kept: KeptNtHash | None = None,
) -> dict[str, Any]:
    """Return everything about a user, for scripts."""
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
        **standing_as_json(standing or Standing()),
        **nt_hashes.nt_hash_as_json(kept),
    }


def user_fields(
    user: User,
    lockout: LockoutState | None,
    standing: Standing | None = None,
    kept: KeptNtHash | None = None,
) -> list[tuple[str, object]]:
    """Return everything about a user as names and values, for people."""
    named = zip(COLUMNS, user_row(user, lockout, standing, kept), strict=True)
    counters = lockout.counters if lockout else {}
    wrong = [
        (f"wrong passwords, {PLACES[name]}", _counter(counter))
        for name, counter in counters.items()
    ]
    addresses = ", ".join(lockout.familiar_addresses) if lockout else ""
    given = [(name, ", ".join(values)) for name, values in user.attributes.items()]
    return [*named, *given, *wrong, ("familiar addresses", addresses)]


def _state(
    user: User,
    lockout: LockoutState | None,
    standing: Standing | None,
    kept: KeptNtHash | None,
) -> str:
    states = ["disabled" if user.disabled else "enabled"]
    if user.unreadable:
        states.append("cannot be read [unreadable_user]")
    if user.must_change:
        states.append("must change password")
    if lockout is not None and lockout.locked:
        states.append(f"locked out: {', '.join(PLACES[name] for name in lockout.locked)}")
    states += describe(standing or Standing())
    states += nt_hashes.describe(kept)
    return ", ".join(states)


def _counter(counter: CounterState) -> str:
    until = f", locked until {json_instant(counter.locked_until)}" if counter.locked_until else ""
    return f"{counter.wrong}, last {json_instant(counter.last_at)}{until}"
