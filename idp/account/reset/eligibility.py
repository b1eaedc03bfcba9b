"""Who may reset a password now, and with which methods: the rules of the policies on one user."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adapter.mfa.methods import RegisteredMethod
from adapter.mfa.permissions import CODE, Permissions
from adapter.mfa.policy import (
    AUTHENTICATOR_CODE,
    CODE_METHODS,
    METHODS,
    PUSH,
    Migration,
    Permission,
    Policies,
    refusal_of_methods_policy,
)
from adapter.mfa.policy_reset import (
    ADMINISTRATORS_NEED,
    AUTHENTICATOR_METHODS,
    RESET_METHODS,
    ResetRules,
    legacy_reset_methods,
    reset_rules,
)
from idp.directory import User
from idp.mfa.password_reset import Reset

if TYPE_CHECKING:
    from idp.services import Services


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for one name: its user, if any, the rules, and why no reset can succeed.

    ``reason`` is empty if one can. Else it is ``unknown_user``, ``disabled``, a code of
    :data:`~adapter.mfa.policy_reset.RESET_REASONS`, or ``reset_too_few_methods`` if the user has
    registered fewer methods than are required.
    """

    user: User | None
    rules: ResetRules
    policies: Policies
    reason: str

    def may_still(self, reset: Reset) -> bool:
        """Say whether *reset* can succeed: the user may, and is as it was when it began."""
        user = self.user
        if user is None or self.reason:
            return False
        return (user.upn, user.valid_from) == (reset.user, reset.valid_from)

    def is_proved(self, reset: Reset) -> bool:
        """Say whether *reset* has all proofs that are required now, and that were at its start."""
        required = max(self.rules.required, reset.required)
        return replace(self.rules, required=required).is_met_by(reset.proved)

    def left(self, reset: Reset) -> tuple[str, ...]:
        """Return the methods that would count as one proof more."""
        has_app = any(method in AUTHENTICATOR_METHODS for method in reset.proved)
        return tuple(
            method
            for method in self.rules.methods
            if method not in reset.proved and not (has_app and method in AUTHENTICATOR_METHODS)
        )

    @property
    def push_permissions(self) -> Permissions:
        """What :class:`~adapter.mfa.verification.verifier.Verifier` may ask for: push alone."""
        by_method = {each: Permission(each, "none", "method_off") for each in METHODS}
        policy = self._push_policy if PUSH in self.rules.methods else "none"
        by_method[PUSH] = Permission(PUSH, policy, "methods_policy")
        return Permissions(by_method, shows_application=True, shows_location=True)

    @property
    def _push_policy(self) -> str:
        """Which policy lets push prove a reset, in the words of :func:`adapter.decide`."""
        migration = self.policies.migration
        by_legacy = PUSH in legacy_reset_methods(self.policies)
        if migration is Migration.COMPLETE:
            return "methods"
        if migration is Migration.PRE or not self._is_in_methods_policy:
            return "legacy"
        return "both" if by_legacy else "methods"

    @property
    def _is_in_methods_policy(self) -> bool:
        user = self.user
        return user is not None and (
            refusal_of_methods_policy(self.policies, user.upn, user.groups, PUSH) is None
        )


class Eligibility:
    """Finds the standing of names, at the same cost for all."""

    def __init__(self, services: Services) -> None:
        self._directory = services.directory
        self._mfa = services.mfa
        self._administrators = services.config.sign_in.administrator_groups

    def standing(self, name: str, stand_in: str) -> Standing:
        """Return the standing of a canonical *name*; *stand_in* is asked about if it is nobody's.

        Raises :class:`~adapter.mfa.policy_store.UnreadablePolicies`.
        """
        user = self._directory.look_up(name)
        subject, groups = (user.upn, user.groups) if user else (stand_in, ())
        policies = self._mfa.policies.read().policies
        registered = self._mfa.methods_of(subject).registered
        is_administrator = user is not None and user.is_in_any(self._administrators)
        rules = reset_rules(policies, subject, groups, is_administrator)
        return Standing(user, rules, policies, _reason(user, rules, registered))


def offered_to_strangers(policies: Policies) -> tuple[str, ...]:
    """Return the methods that prove a reset for any user: what pages offer before any proof."""
    is_complete = policies.migration is Migration.COMPLETE
    allowed = set() if is_complete else set(legacy_reset_methods(policies))
    if policies.migration is not Migration.PRE:
        allowed |= {each for each in RESET_METHODS if _is_on(policies, each)}
    if policies.legacy_reset.required < ADMINISTRATORS_NEED and not is_complete:
        allowed.discard(PUSH)
    return tuple(each for each in RESET_METHODS if each in allowed)


def are_codes(methods: Collection[str]) -> bool:
    """Say whether any of *methods* shows codes."""
    return any(method in CODE_METHODS for method in methods)


def _is_on(policies: Policies, method: str) -> bool:
    is_on = policies.configuration_of(method).is_enabled
    return is_on and (method != AUTHENTICATOR_CODE or policies.authenticator.codes)


def _reason(user: User | None, rules: ResetRules, registered: Collection[RegisteredMethod]) -> str:
    if user is None:
        return "unknown_user"
    if user.disabled:
        return "disabled"
    if not rules.is_allowed:
        return rules.reason
    has_enough = rules.is_met_by({_policy_name(method) for method in registered})
    return "" if has_enough else "reset_too_few_methods"


def _policy_name(method: RegisteredMethod) -> str:
    """Return what the policies call a registered method."""
    return str(method.details.get("app", "")) if method.kind == CODE else method.kind
