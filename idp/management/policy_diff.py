"""What a change of the MFA policies would mean, user by user; nothing is stored.

``tallystick policy diff``, ``/admin/api/policy/diff`` and the page's preview are built on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.mfa.permissions import permissions_of
from adapter.mfa.policy import METHODS, Policies
from adapter.mfa.policy_registration import Interrupt, campaign_asks, interrupt_for, may_register
from adapter.mfa.policy_reset import ResetRules, reset_rules
from idp.management.permission_json import permission_as_json
from idp.management.policies import PolicyView, notes_on
from idp.mfa import graph_import

if TYPE_CHECKING:
    from adapter.mfa.policy import Permission
    from idp.directory import User
    from idp.mfa.graph_import import GivenPolicy
    from idp.services import Services


@dataclass(frozen=True, slots=True)
class UserChange:
    """What a change of the policies would mean for one user and one method."""

    user: str
    method: str
    before: Permission
    after: Permission

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {
            "user": self.user,
            "method": self.method,
            "before": permission_as_json(self.before),
            "after": permission_as_json(self.after),
        }


@dataclass(frozen=True, slots=True)
class ResetChange:
    """What a change of the policies would mean for the password reset of one user."""

    user: str
    before: ResetRules
    after: ResetRules

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {
            "user": self.user,
            "before": _reset_as_json(self.before),
            "after": _reset_as_json(self.after),
        }


@dataclass(frozen=True, slots=True)
class Said:
    """Something that a user is shown or asked for, which a change would switch on or off.

    ``what`` is ``application`` or ``location`` (shown in requests), ``campaign`` or ``register``
    (asked at a sign-in). ``after`` says whether it would be on.
    """

    user: str
    what: str
    after: bool

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {"user": self.user, "what": self.what, "after": self.after}


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """What a change of the policies would do.

    ``settings`` are triples: key, value before, value after. ``users`` lists what a user could use
    or not any longer, ``registration`` what a user could register, where that is not the same.
    ``resets`` lists users whose password reset would change. ``shown`` is about requests to phones,
    ``asked`` about what a sign-in asks users to register. ``locked_out`` are users who now have a
    registered method that they may use, and then would have none.
    """

    settings: tuple[tuple[str, Any, Any], ...]
    users: tuple[UserChange, ...]
    registration: tuple[UserChange, ...]
    resets: tuple[ResetChange, ...]
    shown: tuple[Said, ...]
    asked: tuple[Said, ...]
    locked_out: tuple[str, ...]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {
            "settings": [
                {"key": key, "before": before, "after": after}
                for key, before, after in self.settings
            ],
            "users": _as_json(self.users),
            "registration": _as_json(self.registration),
            "resets": _as_json(self.resets),
            "shown": _as_json(self.shown),
            "asked": _as_json(self.asked),
            "locked_out": list(self.locked_out),
            "notes": list(self.notes),
        }


def diff(services: Services, value: object) -> PolicyDiff:
    """Return what importing *value* would change.

    Raises :class:`~idp.mfa.graph_import.BadMethodsPolicy`.
    """
    return diff_of(services, graph_import.read_graph(value))


def diff_changes(services: Services, changes: Mapping[str, Any]) -> PolicyDiff:
    """Return what changing settings by dotted key would do, in the same way."""
    return diff_of(services, graph_import.read_changes(changes))


def diff_of(services: Services, given: GivenPolicy) -> PolicyDiff:
    """Return what storing these keys would change."""
    before = services.mfa.policies.read().policies
    after = graph_import.apply(given, before)
    compared = [_Compared(services, user, before, after) for user in services.directory.list()]
    return PolicyDiff(
        settings=tuple(_changed_settings(before, after)),
        users=tuple(change for user in compared for change in user.methods()),
        registration=tuple(change for user in compared for change in user.registration()),
        resets=tuple(change for user in compared for change in user.resets()),
        shown=tuple(said for user in compared for said in user.shown()),
        asked=tuple(said for user in compared for said in user.asked()),
        locked_out=tuple(user.upn for user in compared if user.is_locked_out()),
        notes=(*given.notes, *notes_on(services, after)),
    )


class _Compared:
    """One user by the policies before and after."""

    def __init__(self, services: Services, user: User, before: Policies, after: Policies) -> None:
        self.upn = user.upn
        self._groups = user.groups
        self._is_administrator = user.is_in_any(services.config.sign_in.administrator_groups)
        self._methods = services.mfa.methods_of(user.upn)
        self._now = services.clock.now()
        self._policies = (before, after)
        self._may_use = tuple(
            permissions_of(each, user.upn, user.groups) for each in self._policies
        )

    def methods(self) -> Iterator[UserChange]:
        """Yield what the user could use, or not any longer."""
        for method in METHODS:
            before, after = self._uses(method)
            if before.is_allowed != after.is_allowed:
                yield UserChange(self.upn, method, before, after)

    def registration(self) -> Iterator[UserChange]:
        """Yield what the user could register, or not any longer, unless it is as with the use."""
        for method in METHODS:
            before, after = (
                may_register(each, self.upn, self._groups, method) for each in self._policies
            )
            change = (before.is_allowed, after.is_allowed)
            is_as_used = change == tuple(each.is_allowed for each in self._uses(method))
            if before.is_allowed != after.is_allowed and not is_as_used:
                yield UserChange(self.upn, method, before, after)

    def resets(self) -> Iterator[ResetChange]:
        """Yield how the user could reset the password, if that would change."""
        before, after = (
            reset_rules(each, self.upn, self._groups, self._is_administrator)
            for each in self._policies
        )
        if (before.is_allowed or after.is_allowed) and before != after:
            yield ResetChange(self.upn, before, after)

    def shown(self) -> Iterator[Said]:
        """Yield what requests to the user's phones would show, or not any longer."""
        before, after = self._may_use
        if before.shows_application != after.shows_application:
            yield Said(self.upn, "application", after.shows_application)
        if before.shows_location != after.shows_location:
            yield Said(self.upn, "location", after.shows_location)

    def asked(self) -> Iterator[Said]:
        """Yield what a sign-in would ask the user to register, or not any longer."""
        before, after = (set(self._asks(each)) for each in self._policies)
        for what in sorted(before ^ after):
            yield Said(self.upn, what, what in after)

    def is_locked_out(self) -> bool:
        """Say whether the user may now use a registered method, and then none."""
        had, has = (
            any(may_use.of(method).is_allowed for method in self._methods.registered)
            for may_use in self._may_use
        )
        return had and not has

    def _uses(self, method: str) -> tuple[Permission, Permission]:
        before, after = self._may_use
        return before.by_method[method], after.by_method[method]

    def _asks(self, policies: Policies) -> Iterator[str]:
        of_user = (policies, self.upn, self._groups, self._methods, self._now)
        if campaign_asks(*of_user, snoozed_until=None):
            yield "campaign"
        if interrupt_for(*of_user, confirmed_at=self._now) is Interrupt.REGISTER:
            yield Interrupt.REGISTER.value


def _changed_settings(before: Policies, after: Policies) -> Iterator[tuple[str, Any, Any]]:
    old, new = PolicyView(before, 0).settings(), PolicyView(after, 0).settings()
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            yield key, old.get(key), new.get(key)


def _reset_as_json(rules: ResetRules) -> dict[str, Any]:
    return {
        "allowed": rules.is_allowed,
        "reason": rules.reason,
        "required": rules.required,
        "methods": list(rules.methods),
        "explanation": rules.explanation,
    }


def _as_json(parts: Iterable[UserChange | ResetChange | Said]) -> list[dict[str, Any]]:
    return [each.as_json() for each in parts]
