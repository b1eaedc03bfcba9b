"""What administrators decide about the second factor, and whether a user may use a method.

There are two policies, as in Microsoft Entra: the authentication methods policy, which names users
and groups, and the legacy MFA policy, which is for everybody. A method is allowed if either of them
allows it. Once the migration to the methods policy is complete, the legacy policy is ignored. No
setting switches number matching off: what a push shows is decided by :func:`adapter.decide`.
For password reset there is a legacy policy of its own.

:func:`permission_for` is pure. The defaults allow every method and no password reset.
``policy_registration.py`` says what a user may register and is asked to register,
``policy_reset.py`` what proves a password reset. ``docs/policies.md`` has every setting; the JSON
of Microsoft Graph is read and written in ``idp/mfa/graph_policy.py``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from adapter.sentences import joined, sentence

ALL_USERS = "all_users"

PUSH = "push"
AUTHENTICATOR_CODE = "authenticator_code"
CODE_APP = "code_app"
HARDWARE_TOKEN = "hardware_token"  # noqa: S105 - the name of a method
PASSKEY = "passkey"
CODE_METHODS = (AUTHENTICATOR_CODE, CODE_APP, HARDWARE_TOKEN)
"""What shows codes: Authenticator, any other app, and a token."""

METHODS = (PUSH, *CODE_METHODS, PASSKEY)
"""The methods that a policy allows; the first is a push to Authenticator."""

DEVICE_BASED_PUSH = "deviceBasedPush"
DEVICE_BASED_PUSH_REASON = "device_based_push"

PERMISSION_REASONS: Final = {
    "methods_policy": sentence("The authentication methods policy allows it."),
    "legacy_policy": sentence("The legacy MFA policy allows it for all users."),
    "both_policies": sentence(
        "The authentication methods policy and the legacy MFA policy allow it."
    ),
    "method_off": sentence("The authentication methods policy has the method switched off."),
    "codes_off": sentence(
        "The authentication methods policy has Authenticator's codes switched off."
    ),
    "not_included": sentence("The authentication methods policy does not include the user."),
    "excluded": sentence("The authentication methods policy excludes the user."),
    "device_based_push": sentence(
        "The authentication methods policy allows the user passwordless phone "
        "sign-in alone (deviceBasedPush), and no push notifications."
    ),
    "unreadable_policy": sentence(
        "The policies cannot be read from the database: nothing is allowed."
    ),
    "issued_by_administrator": sentence("An administrator has issued it."),
    "unknown_method": sentence(
        "A newer version of this server has stored the method: this one does not know it."
    ),
    "legacy_reset_policy": sentence("The legacy reset policy allows it for registration."),
    "self_service_off": sentence(
        "The authentication methods policy does not let users register it themselves."
    ),
}
"""What the reason of a :class:`Permission` means, by its code."""

LEGACY_IGNORED: Final = sentence(
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
class PasskeyConfiguration(MethodConfiguration):
    """The same for passkeys; ``self_service``: users may register one themselves."""

    self_service: bool = True


@dataclass(frozen=True, slots=True)
class LegacyPolicy:
    """The legacy MFA policy: "Notification through mobile app", and codes of any app or token."""

    notifications: bool = False
    codes: bool = False


@dataclass(frozen=True, slots=True)
class LegacyResetPolicy:
    """The legacy policy of password reset: who may reset a password, and with what.

    ``notifications`` and ``codes`` are ignored once the migration is complete. ``required``, the
    number of methods (1 or 2), and ``scope``, who may reset a password, hold ever after.
    """

    notifications: bool = True
    codes: bool = True
    required: int = 2
    scope: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Campaign:
    """The registration campaign: which users are asked at a sign-in to set up Authenticator.

    ``state`` is ``enabled``, ``disabled``, or ``default``, which is off. Whoever puts it off is
    asked again after ``snooze_days``; 0: at the next sign-in.
    """

    state: str = "default"
    snooze_days: int = 1
    include: tuple[Target, ...] = (Target(),)
    exclude: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class RegistrationPolicy:
    """What users are asked for at a sign-in, apart from the second factor.

    ``is_required``: a user without a method registers one before the sign-in goes on.
    ``reconfirm_days``: how long users are not asked whether their methods are right; 0: for ever.
    """

    is_required: bool = False
    reconfirm_days: int = 0
    campaign: Campaign = field(default_factory=Campaign)


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies; the defaults are what holds while nothing is stored."""

    migration: Migration = Migration.PRE
    authenticator: AuthenticatorConfiguration = field(default_factory=AuthenticatorConfiguration)
    code_apps: MethodConfiguration = field(default_factory=MethodConfiguration)
    hardware_tokens: MethodConfiguration = field(default_factory=MethodConfiguration)
    passkeys: PasskeyConfiguration = field(default_factory=PasskeyConfiguration)
    legacy: LegacyPolicy = field(default_factory=LegacyPolicy)
    legacy_reset: LegacyResetPolicy = field(default_factory=LegacyResetPolicy)
    registration: RegistrationPolicy = field(default_factory=RegistrationPolicy)

    def configuration_of(self, method: str) -> MethodConfiguration:
        """Return what the methods policy says about one of :data:`METHODS`."""
        others = {
            CODE_APP: self.code_apps,
            HARDWARE_TOKEN: self.hardware_tokens,
            PASSKEY: self.passkeys,
        }
        return others.get(method, self.authenticator)


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a user may use a method, and why.

    ``policy`` says which policy allows it, in the words of :func:`adapter.decide`: ``methods``,
    ``legacy``, ``both`` or ``none``; for registration also ``legacy_reset``. ``reason`` is one of
    :data:`PERMISSION_REASONS`.
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
        reason = PERMISSION_REASONS[self.reason]
        return joined(" ", (reason, LEGACY_IGNORED)) if self.legacy_is_ignored else reason


def permission_for(
    policies: Policies, user: str, groups: Collection[str], method: str
) -> Permission:
    """Return whether *user* (a UPN) with *groups* may use *method* (one of :data:`METHODS`)."""
    refusal = refusal_of_methods_policy(policies, user, groups, method)
    by_legacy = (
        policies.legacy.notifications
        if method == PUSH
        else policies.legacy.codes and method in CODE_METHODS
    )
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


def refusal_of_methods_policy(
    policies: Policies, user: str, groups: Collection[str], method: str
) -> str | None:
    """Return why the authentication methods policy does not allow a method, None if it does."""
    of_method = policies.configuration_of(method)
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
        return DEVICE_BASED_PUSH_REASON
    return None
