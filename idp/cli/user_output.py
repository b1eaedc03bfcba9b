"""How ``tallystick user`` prints a user: as a row of the list, or as fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.instants import json_instant
from idp.management.user_views import PLACES

if TYPE_CHECKING:
    from idp.directory.lockout import CounterState
    from idp.management.user_views import UserView

COLUMNS = ("name", "account", "display name", "email", "groups", "state")


def user_row(view: UserView) -> tuple[str, ...]:
    """Return the cells of :data:`COLUMNS`."""
    user = view.user
    return (
        user.upn,
        user.windows_account_name,
        user.display_name,
        user.email,
        ", ".join(user.groups),
        ", ".join(view.states),
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


def _counter(counter: CounterState) -> str:
    until = f", locked until {json_instant(counter.locked_until)}" if counter.locked_until else ""
    return f"{counter.wrong}, last {json_instant(counter.last_at)}{until}"
