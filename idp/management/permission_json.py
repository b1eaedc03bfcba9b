"""Whether a policy allows a user a method, for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapter.mfa.policy import Permission


def permission_as_json(permission: Permission) -> dict[str, Any]:
    """Return for scripts whether a method is allowed, and why."""
    return {
        "allowed": permission.is_allowed,
        "reason": permission.reason,
        "policy": permission.policy,
        "explanation": permission.explanation,
    }
