"""What a user may register, and what a sign-in asks the user to register.

The policies are joined as in Microsoft Entra: whoever may use a method by any policy may register
it, and until the migration is complete the legacy reset policy counts too. All functions are pure;
``docs/policies.md`` has the settings under "Ask users to register".
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from adapter.mfa.methods import MAX_APPS, Methods
from adapter.mfa.permissions import permissions_of
from adapter.mfa.policy import (
    AUTHENTICATOR_CODE,
    DEVICE_BASED_PUSH_REASON,
    HARDWARE_TOKEN,
    METHODS,
    PASSKEY,
    PUSH,
    Migration,
    Permission,
    Policies,
    permission_for,
)
from adapter.mfa.policy_reset import is_in_scope, legacy_reset_methods

SELF_REGISTERED = tuple(method for method in METHODS if method != HARDWARE_TOKEN)
"""What users register themselves; hardware tokens are registered by administrators."""


class Interrupt(StrEnum):
    """What a user is asked before the sign-in goes on; a campaign can be put off."""

    REGISTER = "register"
    CONFIRM = "confirm"
    CAMPAIGN = "campaign"


def asks_anybody(policies: Policies) -> bool:
    """Say whether the policies interrupt sign-ins at all."""
    rules = policies.registration
    return rules.is_required or bool(rules.reconfirm_days) or rules.campaign.state == "enabled"


def may_register(policies: Policies, user: str, groups: Collection[str], method: str) -> Permission:
    """Return whether *user* (a UPN) with *groups* may register *method*, and why.

    Codes of Authenticator cannot be registered where push is not allowed for the reason
    ``device_based_push``: registering the app means registering it for push.
    """
    permission = permission_for(policies, user, groups, method)
    refused = _refused_here(policies, user, groups, method) if permission.is_allowed else permission
    if refused is None:
        return permission
    counts = policies.migration is not Migration.COMPLETE and is_in_scope(policies, user, groups)
    if counts and method in legacy_reset_methods(policies):
        return Permission(method, "legacy_reset", "legacy_reset_policy")
    return refused


def campaign_asks(
    policies: Policies,
    user: str,
    groups: Collection[str],
    methods: Methods,
    now: datetime,
    snoozed_until: datetime | None,
) -> bool:
    """Say whether the registration campaign asks *user* at a sign-in to set up Authenticator.

    It asks users who have another method, have no Authenticator, and may register one.
    *snoozed_until* is how long the user has put it off, None if not.
    """
    campaign = policies.registration.campaign
    is_meant = (
        campaign.state == "enabled"
        and any(target.includes(user, groups) for target in campaign.include)
        and not any(target.includes(user, groups) for target in campaign.exclude)
    )
    if not is_meant or (snoozed_until is not None and now < snoozed_until):
        return False
    has_room = methods.registered and not methods.has(PUSH) and methods.apps < MAX_APPS
    return bool(has_room) and may_register(policies, user, groups, PUSH).is_allowed


def snoozed_until(policies: Policies, now: datetime) -> datetime:
    """Return how long the campaign does not ask a user who puts it off now."""
    return now + timedelta(days=policies.registration.campaign.snooze_days)


def interrupt_for(
    policies: Policies,
    user: str,
    groups: Collection[str],
    methods: Methods,
    now: datetime,
    confirmed_at: datetime | None,
) -> Interrupt | None:
    """Return what interrupts a sign-in of *user*, None if nothing does.

    A user without any method that is allowed registers one, if registration is required and there
    is one that the user may register without an administrator. Everybody else confirms the methods
    when *confirmed_at*, the moment when the user last registered or confirmed one, is long enough
    ago; None is long ago.
    """
    rules = policies.registration
    allowed = permissions_of(policies, user, groups)
    if not any(allowed.of(method).is_allowed for method in methods.registered):
        may = any(may_register(policies, user, groups, name).is_allowed for name in SELF_REGISTERED)
        return Interrupt.REGISTER if rules.is_required and may else None
    if not rules.reconfirm_days:
        return None
    is_due = confirmed_at is None or now >= confirmed_at + timedelta(days=rules.reconfirm_days)
    return Interrupt.CONFIRM if is_due else None


def _refused_here(
    policies: Policies, user: str, groups: Collection[str], method: str
) -> Permission | None:
    """Return why a method that the user may use cannot be registered, None if it can."""
    if method == PASSKEY and not policies.passkeys.self_service:
        return Permission(method, "none", "self_service_off")
    if method == AUTHENTICATOR_CODE:
        push = may_register(policies, user, groups, PUSH)
        if push.reason == DEVICE_BASED_PUSH_REASON:
            return Permission(method, "none", push.reason)
    return None
