"""What a sign-in needs next: questions that take values and return a value."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from idp.session.sso import Session


class Step(StrEnum):
    """What comes next."""

    PASSWORD = "password"  # noqa: S105 - the name of a step
    SECOND_FACTOR = "second_factor"
    ISSUE = "issue"


def next_step(
    session: Session | None,
    *,
    wants_second_factor: bool,
    force_authn: bool,
    received_at: datetime,
) -> Step:
    """Return the next step; the first question that is answered with no decides.

    ``session`` is one that is still good, or None. With ``force_authn`` nothing counts that the
    user proved before the request came (saml-core §3.4.1).
    """
    since = received_at if force_authn else None
    if session is None or not _is_fresh(session.password_at, since):
        return Step.PASSWORD
    if wants_second_factor and not _is_fresh(session.mfa_at, since):
        return Step.SECOND_FACTOR
    return Step.ISSUE


def _is_fresh(proved_at: datetime | None, since: datetime | None) -> bool:
    return proved_at is not None and (since is None or proved_at >= since)
