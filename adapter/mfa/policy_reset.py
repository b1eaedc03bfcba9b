"""What proves a password reset, by the policies.

Which policy counts depends on the migration: before it the legacy reset policy alone, during it
both, afterwards the methods policy alone. Who may reset a password, and with how many methods, is
in the legacy reset policy at all times. The legacy MFA policy is for sign-ins and does not count.

Push proves a reset only where two methods are required, until the migration is complete.
Administrators need two methods always. Authenticator is never enough by itself: its push and its
codes count as one proof, and a user must be offered at least as many other methods as are required.
Passkeys do not reset passwords. ``docs/policies.md`` has a table of all this.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from adapter.mfa.policy import (
    AUTHENTICATOR_CODE,
    CODE_METHODS,
    PUSH,
    Migration,
    Policies,
    refusal_of_methods_policy,
)
from adapter.sentences import sentence

AUTHENTICATOR_METHODS = (PUSH, AUTHENTICATOR_CODE)
RESET_METHODS = (PUSH, *CODE_METHODS)
"""The methods that can prove a reset."""

ADMINISTRATORS_NEED = 2

RESET_REASONS = {
    "reset_allowed": sentence("The user may reset the password."),
    "reset_not_in_scope": sentence("The reset policy does not let the user reset the password."),
    "reset_no_method": sentence("The policies allow the user too few methods that prove a reset."),
    "reset_authenticator_alone": sentence(
        "Authenticator would be the only way: too few other methods are allowed to the user."
    ),
}
"""What the reason of :class:`ResetRules` means, by its code."""


@dataclass(frozen=True, slots=True)
class ResetRules:
    """How a user proves a reset: ``required`` proofs out of ``methods``.

    ``methods`` are names of :data:`RESET_METHODS`, empty unless the reason is ``reset_allowed``.
    ``reason`` is one of :data:`RESET_REASONS`.
    """

    required: int
    methods: tuple[str, ...]
    reason: str

    @property
    def is_allowed(self) -> bool:
        """Whether the user may reset the password at all."""
        return bool(self.methods)

    @property
    def explanation(self) -> str:
        """The reason in a sentence."""
        return RESET_REASONS[self.reason]

    def is_met_by(self, proven: Collection[str]) -> bool:
        """Say whether these methods are enough, registered or proven; a method counts once.

        Push and codes of Authenticator count as one: whoever holds the phone has both.
        """
        counted = {
            "authenticator" if method in AUTHENTICATOR_METHODS else method
            for method in proven
            if method in self.methods
        }
        return self.is_allowed and len(counted) >= self.required


def reset_rules(
    policies: Policies, user: str, groups: Collection[str], is_administrator: bool
) -> ResetRules:
    """Return how *user* (a UPN) with *groups* proves a password reset."""
    required = ADMINISTRATORS_NEED if is_administrator else policies.legacy_reset.required
    if not is_in_scope(policies, user, groups):
        return ResetRules(required, (), "reset_not_in_scope")
    methods = _methods(policies, user, groups, required)
    rules = ResetRules(required, methods, "reset_allowed")
    if not rules.is_met_by(methods):
        return ResetRules(required, (), "reset_no_method")
    others = [method for method in methods if method not in AUTHENTICATOR_METHODS]
    if len(others) < required:
        return ResetRules(required, (), "reset_authenticator_alone")
    return rules


def is_in_scope(policies: Policies, user: str, groups: Collection[str]) -> bool:
    """Say whether *user* is one of those who may reset their passwords."""
    return any(target.includes(user, groups) for target in policies.legacy_reset.scope)


def legacy_reset_methods(policies: Policies) -> tuple[str, ...]:
    """Return the methods that the legacy reset policy allows, whatever the migration."""
    legacy = policies.legacy_reset
    return (*((PUSH,) if legacy.notifications else ()), *(CODE_METHODS if legacy.codes else ()))


def _methods(
    policies: Policies, user: str, groups: Collection[str], required: int
) -> tuple[str, ...]:
    """Return the methods that a policy allows for a reset; the migration says which policy."""
    is_complete = policies.migration is Migration.COMPLETE
    allowed = set() if is_complete else set(legacy_reset_methods(policies))
    if policies.migration is not Migration.PRE:
        allowed |= {
            method
            for method in RESET_METHODS
            if refusal_of_methods_policy(policies, user, groups, method) is None
        }
    if required < ADMINISTRATORS_NEED and not is_complete:
        allowed.discard(PUSH)  # the app gives only a code there
    return tuple(method for method in RESET_METHODS if method in allowed)
