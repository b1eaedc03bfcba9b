"""Ends the challenges of a user that could still become a sign-in."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, or_, update

from adapter.mfa.push.challenge import State
from idp.store.mfa_schema import challenges
from idp.store.prepared import Prepared

_END_OPEN = Prepared(
    update(challenges)
    .where(
        challenges.c.user == bindparam("of_user"),
        or_(
            challenges.c.state == State.PENDING.value,
            challenges.c.state == State.APPROVED.value,
        ),
    )
    .values(state=bindparam("ended"), version=challenges.c.version + 1)
)


def end_open(connection: Connection, user: str, state: State) -> None:
    """End the challenges of *user* that could still become a sign-in; *state* says why."""
    _END_OPEN.run(connection, {"of_user": user, "ended": state.value})
