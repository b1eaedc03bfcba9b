"""What a sign-in needs next: questions that take values and return a value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from idp.federation.relying_party.settings import TrustSettings
from idp.saml.contexts import RequestedFactor
from idp.session.sso import Session


class Step(StrEnum):
    """What comes next."""

    PASSWORD = "password"  # noqa: S105 - the name of a step
    SECOND_FACTOR = "second_factor"
    ISSUE = "issue"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a sign-in needs of the session at this moment.

    ``method`` is the only second factor that will do, None where each does. Nothing counts that
    was proved before the two times; None lets it count as long as the session lasts.
    """

    second_factor: bool
    method: str | None = None
    password_since: datetime | None = None
    second_factor_since: datetime | None = None

    def counted(self, session: Session) -> str | None:
        """Return the method of the session's second factor, None without one that counts."""
        return session.mfa_method if _is_fresh(session.mfa_at, self.second_factor_since) else None

    def next_step(self, session: Session | None) -> Step:
        """Return the next step of a sign-in with *session*, one that is still good, or None."""
        if session is None or not _is_fresh(session.password_at, self.password_since):
            return Step.PASSWORD
        if self.second_factor and not self._is_met(self.counted(session)):
            return Step.SECOND_FACTOR
        return Step.ISSUE

    def with_second_factor(self, wanted: bool) -> Needs:
        """Return them with the second factor as well, where it is *wanted*."""
        return replace(self, second_factor=True) if wanted else self

    def _is_met(self, method: str | None) -> bool:
        return method is not None and self.method in (None, method)


def needs_of(
    demand: RequestedFactor,
    settings: TrustSettings,
    *,
    force_authn: bool,
    received_at: datetime,
    now: datetime,
) -> Needs:
    """Return what the request and the trust's settings ask of the session.

    What rules and policies ask for is not known before it is known who signs in.

    With ``force_authn``, or a trust that always wants a sign-in of its own, nothing counts that
    the user proved before the request came (saml-core §3.4.1).
    """
    forced = force_authn or settings.always_require_authentication
    since = received_at if forced else None
    freshness = settings.mfa_freshness
    youngest = now - timedelta(minutes=freshness) if freshness else None
    return Needs(
        second_factor=demand.second_factor,
        method=demand.method,
        password_since=since,
        second_factor_since=max(filter(None, (since, youngest)), default=None),
    )


def _is_fresh(proved_at: datetime | None, since: datetime | None) -> bool:
    return proved_at is not None and (since is None or proved_at >= since)
