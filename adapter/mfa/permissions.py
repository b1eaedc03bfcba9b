"""All that the policies say about one user, and which of the registered methods is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from adapter.mfa.methods import ACCESS_PASS, BESIDE, Methods, RegisteredMethod
from adapter.mfa.policy import (
    ALL_USERS,
    CODE_METHODS,
    METHODS,
    PUSH,
    Permission,
    Policies,
    Target,
    permission_for,
)
from adapter.mfa.protection.block import BLOCKED

GroupsOf = Callable[[str], Collection[str]]
"""Returns the names of a user's groups, by UPN."""

CODE = "totp"
"""The kind of all methods that yield codes; their ``app`` is a method of the policies."""

EVERYBODY = (ALL_USERS, "group")
"""Id and type of the target that means everybody."""

NOT_ALLOWED = {
    # (phones, codes)   reason, if the user has such methods and may use none of them
    (True, False):      "push_not_enabled",
    (False, True):      "code_not_enabled",
    (True, True):       "no_method_allowed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Permissions:
    """What one user may use, by method, and what requests to the user's phones show."""

    by_method: Mapping[str, Permission]
    shows_application: bool
    shows_location: bool
    is_blocked: bool = False
    """Whether every second factor is denied, whatever the policies say."""

    @property
    def push_policy(self) -> str:
        """Which policy allows push notifications, in the words of :func:`adapter.decide`."""
        return self.by_method[PUSH].policy

    @property
    def code_apps(self) -> tuple[str, ...]:
        """What may show the user's codes: ``authenticator_code``, ``code_app``, and so on."""
        return tuple(name for name in CODE_METHODS if self.by_method[name].is_allowed)

    def of(self, method: RegisteredMethod) -> Permission:
        """Return whether the user may use a registered method, of whatever kind."""
        if method.kind == ACCESS_PASS:
            return Permission(ACCESS_PASS, "administrator", "issued_by_administrator")
        name = str(method.details.get("app", "")) if method.kind == CODE else method.kind
        return self.by_method.get(name, Permission(name, "none", "unknown_method"))


@dataclass(frozen=True, slots=True)
class Way:
    """What a user is asked for first, and what else the user may use, at the second factor.

    Passkeys are not counted: they sign in without a password, and are no answer to these pages. Nor
    are temporary access passes, which AD FS does not know.
    ``asks`` is ``push`` or ``totp``, None if the user may use none of the registered methods.
    ``push_policy`` says which policy allows push, as :func:`adapter.decide` takes it.
    ``reason`` is empty if the default method is asked for; else it says why it is not:
    ``push_not_enabled``, ``code_not_enabled``, ``no_method_allowed``, ``user_blocked``.
    """

    asks: str | None
    push_policy: str
    may_push: bool
    may_use_codes: bool
    reason: str = ""


def permissions_of(policies: Policies, user: str, groups: Collection[str]) -> Permissions:
    """Return what *policies* say about *user* (a UPN) with these *groups*."""
    authenticator = policies.authenticator
    return Permissions(
        {method: permission_for(policies, user, groups, method) for method in METHODS},
        authenticator.application_name.is_on_for(user, groups),
        authenticator.location.is_on_for(user, groups),
    )


def tells_users_apart(policies: Policies) -> bool:
    """Say whether *policies* name any user or group, so that they may differ from user to user."""
    return any(target != EVERYBODY for target in _targets(policies))


def _targets(part: object) -> Iterator[tuple[str, str]]:
    """Yield id and type of each target in a part of the policies, wherever it may stand."""
    if isinstance(part, Target):
        yield part.id, part.type
    elif isinstance(part, tuple):
        for each in part:
            yield from _targets(each)
    elif is_dataclass(part):
        for member in fields(part):
            yield from _targets(getattr(part, member.name))


def nothing_allowed() -> Permissions:
    """Return what a user may use while the policies cannot be read."""
    by_method = {method: Permission(method, "none", "unreadable_policy") for method in METHODS}
    return Permissions(by_method, shows_application=False, shows_location=False)


def way_of(methods: Methods, permissions: Permissions) -> Way:
    """Return what the user of *methods* is asked for: the default method, if it is allowed."""
    if permissions.is_blocked:
        return Way(None, permissions.push_policy, False, False, BLOCKED)
    asked = [each for each in methods.registered if each.kind not in BESIDE]
    allowed = {each.kind for each in asked if permissions.of(each).is_allowed}
    may_push, may_use_codes, policy = PUSH in allowed, CODE in allowed, permissions.push_policy
    first = methods.default
    default = first.kind if first else CODE
    if default in allowed or not asked:
        return Way(default, policy, may_push, may_use_codes)
    if not allowed:
        return Way(None, policy, False, False, NOT_ALLOWED[methods.has(PUSH), methods.has(CODE)])
    if default == PUSH:
        return Way(CODE, policy, may_push, may_use_codes, "push_not_enabled")
    return Way(PUSH, policy, may_push, may_use_codes, "code_not_enabled")


def no_groups(user: str) -> Collection[str]:
    """Return no groups, where there is no directory."""
    return ()
