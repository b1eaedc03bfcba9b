"""How ``tallystick user`` prints a user: as a row of the list, or as fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.instants import json_instant
from idp.management import nt_hashes
from idp.management.standing import describe

if TYPE_CHECKING:
    from idp.directory.lockout import CounterState
    from idp.management.user_views import UserView

COLUMNS = ("name", "account", "display name", "email", "groups", "state")
PLACES = {
    # counter    wrong passwords from
    "soft":     "anywhere",
    "familiar": "familiar places",
    "unknown":  "unknown places",
}  # fmt: skip


def user_row(view: UserView) -> tuple[str, ...]:
    """Return the cells of :data:`COLUMNS`."""
    user = view.user
    return (
        user.upn,
        user.windows_account_name,
        user.display_name,
        user.email,
        ", ".join(user.groups),
        _state(view),
    )


def user_fields(view: UserView) -> list[tuple[str, object]]:
    """Return everything about a user as names and values, for people."""
    named = zip(COLUMNS, user_row(view), strict=True)
    given = [(name, ", ".join(values)) for name, values in view.user.attributes.items()]
    counters = view.lockout.counters if view.lockout else {}
    wrong = [
        (f"wrong passwords, {PLACES[name]}", _counter(counter))
        for name, counter in counters.items()
    ]
    addresses = ", ".join(view.lockout.familiar_addresses) if view.lockout else ""
    return [*named, *given, *wrong, ("familiar addresses", addresses)]


def _state(view: UserView) -> str:
    user, lockout = view.user, view.lockout
    states = ["disabled" if user.disabled else "enabled"]
    if user.unreadable:
        states.append("cannot be read [unreadable_user]")
    if user.must_change:
        states.append("must change password")
    if lockout is not None and lockout.locked:
        states.append(f"locked out: {', '.join(PLACES[name] for name in lockout.locked)}")
    states += describe(view.standing)
    states += nt_hashes.describe(view.kept)
    return ", ".join(states)


def _counter(counter: CounterState) -> str:
    until = f", locked until {json_instant(counter.locked_until)}" if counter.locked_until else ""
    return f"{counter.wrong}, last {json_instant(counter.last_at)}{until}"
