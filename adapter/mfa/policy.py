"""What administrators decide about the second factor, and whether a user may use a method.

There are two policies, as in Microsoft Entra: the authentication methods policy, which names users
and groups, and the legacy MFA policy, which is for everybody. A method is allowed if either of them
allows it. Once the migration to the methods policy is complete, the legacy policy is ignored. No
setting switches number matching off: what a push shows is decided by :func:`adapter.decide`.

:func:`permission_for` is pure. The defaults allow everything. ``docs/policies.md`` has every
setting; the JSON of Microsoft Graph is read and written in ``idp/mfa/graph_policy.py``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

ALL_USERS = "all_users"

PUSH = "push"
AUTHENTICATOR_CODE = "authenticator_code"
CODE_APP = "code_app"
PASSKEY = "passkey"
METHODS = (PUSH, AUTHENTICATOR_CODE, CODE_APP)
"""The methods that a policy allows: a push to Authenticator, a code that Authenticator shows, and a
code of any other app or token."""

DEVICE_BASED_PUSH = "deviceBasedPush"

PERMISSION_REASONS: Final = {
    "methods_policy":    "The authentication methods policy allows it.",
    "legacy_policy":     "The legacy MFA policy allows it for all users.",
    "both_policies":     "The authentication methods policy and the legacy MFA policy allow it.",
    "method_off":        "The authentication methods policy has the method switched off.",
    "codes_off":         "The authentication methods policy has Authenticator's codes switched "
                         "off.",
    "not_included":      "The authentication methods policy does not include the user.",
    "excluded":          "The authentication methods policy excludes the user.",
    "device_based_push": "The authentication methods policy allows the user passwordless phone "
                         "sign-in alone (deviceBasedPush), and no push notifications.",
    "unreadable_policy": "The policies cannot be read from the database: nothing is allowed.",
}  # fmt: skip
"""What the reason of a :class:`Permission` means, by its code."""

LEGACY_IGNORED: Final = (
    "The legacy MFA policy allows it, but is ignored since the migration is complete."
)


class Migration(StrEnum):
    """How far the move from the legacy policy to the methods policy is, in Graph's words."""

    PRE = "preMigration"
    IN_PROGRESS = "migrationInProgress"
    COMPLETE = "migrationComplete"


@dataclass(frozen=True, slots=True)
class Target:
    """A group, one user, or everybody (:data:`ALL_USERS`); ``type`` is ``group`` or ``user``."""

    id: str = ALL_USERS
    type: str = "group"

    def includes(self, user: str, groups: Collection[str]) -> bool:
        """Say whether *user* (a UPN) with these *groups* is meant; letters in any case."""
        if self.type == "user":
            return self.id.casefold() == user.casefold()
        wanted = self.id.casefold()
        return wanted == ALL_USERS or any(group.casefold() == wanted for group in groups)


@dataclass(frozen=True, slots=True)
class IncludeTarget(Target):
    """A target that may use a method; ``mode`` is ``any``, ``push`` or ``deviceBasedPush``.

    The mode is for Authenticator alone.
    """

    mode: str = "any"


@dataclass(frozen=True, slots=True)
class MethodConfiguration:
    """Who may use a method, by the authentication methods policy."""

    is_enabled: bool = True
    include: tuple[IncludeTarget, ...] = (IncludeTarget(),)
    exclude: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that is shown to some users; the state ``default`` shows it, like ``enabled``."""

    state: str = "default"
    include: Target = Target()
    exclude: Target | None = None

    def is_on_for(self, user: str, groups: Collection[str]) -> bool:
        """Say whether it is shown to *user*."""
        if self.state == "disabled" or not self.include.includes(user, groups):
            return False
        return self.exclude is None or not self.exclude.includes(user, groups)


@dataclass(frozen=True, slots=True)
class AuthenticatorConfiguration(MethodConfiguration):
    """The same for Authenticator, with its codes and with what its requests show.

    ``number_matching`` is Graph's ``numberMatchingRequiredState``, which is kept and has no effect;
    None if it was never given.
    """

    codes: bool = True
    application_name: Feature = Feature()
    location: Feature = Feature()
    number_matching: Feature | None = None


@dataclass(frozen=True, slots=True)
class LegacyPolicy:
    """The legacy MFA policy: "Notification through mobile app", and codes of any app or token."""

    notifications: bool = False
    codes: bool = False


@dataclass(frozen=True, slots=True)
class Policies:
    """Both policies; the defaults are what holds while nothing is stored."""

    migration: Migration = Migration.PRE
    authenticator: AuthenticatorConfiguration = field(default_factory=AuthenticatorConfiguration)
    code_apps: MethodConfiguration = field(default_factory=MethodConfiguration)
    legacy: LegacyPolicy = field(default_factory=LegacyPolicy)


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a user may use a method, and why.

    ``policy`` says which policy allows it, in the words of :func:`adapter.decide`: ``methods``,
    ``legacy``, ``both`` or ``none``. ``reason`` is one of :data:`PERMISSION_REASONS`.
    """

    method: str
    policy: str
    reason: str
    legacy_is_ignored: bool = False

    @property
    def is_allowed(self) -> bool:
        """Whether the user may use the method."""
        return self.policy != "none"

    @property
    def explanation(self) -> str:
        """The reason in one or two sentences."""
        sentence = PERMISSION_REASONS[self.reason]
        return f"{sentence} {LEGACY_IGNORED}" if self.legacy_is_ignored else sentence


def permission_for(
    policies: Policies, user: str, groups: Collection[str], method: str
) -> Permission:
    """Return whether *user* (a UPN) with *groups* may use *method* (one of :data:`METHODS`)."""
    refusal = _refusal_of_methods_policy(policies, user, groups, method)
    by_legacy = policies.legacy.notifications if method == PUSH else policies.legacy.codes
    is_complete = policies.migration is Migration.COMPLETE
    if refusal is None:
        is_by_both = by_legacy and not is_complete
        return (
            Permission(method, "both", "both_policies")
            if is_by_both
            else Permission(method, "methods", "methods_policy")
        )
    if by_legacy and not is_complete:
        return Permission(method, "legacy", "legacy_policy")
    return Permission(method, "none", refusal, legacy_is_ignored=by_legacy)


def _refusal_of_methods_policy(
    policies: Policies, user: str, groups: Collection[str], method: str
) -> str | None:
    """Return why the authentication methods policy does not allow a method, None if it does."""
    of_method = policies.code_apps if method == CODE_APP else policies.authenticator
    if not of_method.is_enabled:
        return "method_off"
    if method == AUTHENTICATOR_CODE and not policies.authenticator.codes:
        return "codes_off"
    if any(target.includes(user, groups) for target in of_method.exclude):
        return "excluded"
    included = [target for target in of_method.include if target.includes(user, groups)]
    if not included:
        return "not_included"
    if method == PUSH and all(target.mode == DEVICE_BASED_PUSH for target in included):
        return "device_based_push"
    return None
