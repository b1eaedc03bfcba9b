"""What a user may register at security info: the policies decide, method by method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.mfa.policy import CODE_APP, PASSKEY, PUSH, Permission
from adapter.mfa.policy_store import UnreadablePolicies
from idp.account.frame import Refused

if TYPE_CHECKING:
    from adapter.mfa.service import MfaService
    from idp.account.visitor import Visitor


def permission_to_register(mfa: MfaService, visitor: Visitor, method: str) -> Permission:
    """Return whether the policies let the user register *method* here, and why."""
    try:
        return mfa.may_register(visitor.user.upn, method)
    except UnreadablePolicies:
        return Permission(method, "none", "unreadable_policy")


def must_be_registrable(mfa: MfaService, visitor: Visitor, method: str) -> None:
    """Raise :class:`~idp.account.frame.Refused` unless the user may register *method*."""
    permission = permission_to_register(mfa, visitor, method)
    if not permission.is_allowed:
        raise Refused(
            f"You cannot add this method. {permission.explanation.rstrip('.')}",
            "Contact your administrator",
            code="registration_not_allowed",
        )


def registrable(mfa: MfaService, visitor: Visitor) -> frozenset[str]:
    """Return the methods that the page offers to add."""
    offered = [PUSH, CODE_APP]
    if mfa.passkeys.is_offered:
        offered.append(PASSKEY)
    return frozenset(
        method for method in offered if permission_to_register(mfa, visitor, method).is_allowed
    )
