"""What administrators do about users who are blocked or at risk, or who have no method left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapter.mfa.access_pass.access_pass import DEFAULT_LIFETIME
from idp.instants import json_instant
from idp.management.sign_in_log import NotATimeError
from idp.management.user_audit import changes_user
from idp.management.user_by_name import find_user

if TYPE_CHECKING:
    from adapter.mfa.access_pass.factor import Issued
    from idp.directory import User
    from idp.services import Services


@dataclass(frozen=True, slots=True)
class IssuedPass:
    """A temporary access pass, whose ``text`` is shown only once."""

    user: str
    issued: Issued

    def as_json(self) -> dict[str, Any]:
        """Return the pass for scripts."""
        known = self.issued.access_pass
        return {
            "user": self.user,
            "id": known.id,
            "pass": self.issued.text,
            "once": known.once,
            "starts_at": json_instant(known.starts_at),
            "expires_at": json_instant(known.expires_at),
        }


@changes_user("user.block")
def block(
    services: Services, name: str, *, days: int | None = None, until: datetime | None = None
) -> User:
    """Deny every second factor of a user: for 90 days, so many *days*, or *until* then.

    Raises :class:`~adapter.mfa.protection.protection.BadBlock`.
    """
    user = find_user(services, name)
    if days is not None:
        until = services.clock.now() + timedelta(days=days)
    services.protection.block(user.upn, until)
    return user


@changes_user("user.unblock")
def unblock(services: Services, name: str) -> bool:
    """Lift the block of a user; return False if there was none. A reported request still pauses."""
    return services.protection.unblock(find_user(services, name).upn)


@changes_user("user.dismiss_risk")
def dismiss_risk(services: Services, name: str) -> bool:
    """Forget the risk of a user; return False if there was none."""
    return services.protection.dismiss_risk(find_user(services, name).upn)


@changes_user("user.pass")
def issue_pass(
    services: Services,
    name: str,
    *,
    once: bool = False,
    minutes: int | None = None,
    starts_at: datetime | None = None,
) -> IssuedPass:
    """Give a user a temporary access pass in place of an older one.

    Raises :class:`~adapter.mfa.access_pass.access_pass.BadPass`.
    """
    user = find_user(services, name)
    lifetime = DEFAULT_LIFETIME if minutes is None else timedelta(minutes=minutes)
    issued = services.mfa.access_passes.issue(
        user.upn, once=once, lifetime=lifetime, starts_at=starts_at
    )
    return IssuedPass(user.upn, issued)


@changes_user("user.pass_remove")
def delete_pass(services: Services, name: str) -> bool:
    """Remove the temporary access pass of a user; return False if there was none."""
    return services.mfa.access_passes.delete(find_user(services, name).upn)


def read_time(text: str) -> datetime:
    """Return the ISO 8601 time that *text* names, in UTC if it names no zone.

    Raises :class:`~idp.management.sign_in_log.NotATimeError`.
    """
    try:
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotATimeError(text) from None
