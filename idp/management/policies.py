"""Use cases of the MFA policies: show, change, import, export, and what a change would do.

``tallystick policy`` and ``/admin/api/policy`` are built on them. docs/policies.md explains the
settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.mfa.permissions import Permissions, permissions_of, way_of
from adapter.mfa.policy import Policies, Target
from idp.mfa import graph_import, graph_policy
from idp.mfa.graph_import import BadMethodsPolicy, GivenPolicy

if TYPE_CHECKING:
    from adapter.mfa.policy import Permission
    from idp.services import Services

NUMBER_MATCHING_NOTE = (
    "numberMatchingRequiredState has no effect: nothing switches number matching on or off."
)
MIGRATED_NOTE = (
    "legacyMfaPolicy has no effect while policyMigrationState is migrationComplete: it is ignored."
)


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The policies with their version (0: nothing is stored) and notes.

    ``notes`` are sentences about what has no effect or was left out.
    """

    policies: Policies
    version: int
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return them for scripts."""
        return {"policy": graph_import.written(self.policies, self.version), "notes": [*self.notes]}

    def settings(self) -> dict[str, Any]:
        """Return each setting by the dotted key that changes it."""
        return dict(_flat(graph_policy.values_of(self.policies)))


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
class PolicyDiff:
    """What a change of the policies would do.

    ``settings`` are triples: key, value before, value after. ``users`` lists what would be allowed
    to a user or not any longer. ``shown`` are triples: user, ``application`` or ``location``, and
    whether it would be shown in requests. ``locked_out`` are users who now have a registered method
    that they may use, and then would have none.
    """

    settings: tuple[tuple[str, Any, Any], ...]
    users: tuple[UserChange, ...]
    shown: tuple[tuple[str, str, bool], ...]
    locked_out: tuple[str, ...]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {
            "settings": [
                {"key": key, "before": before, "after": after}
                for key, before, after in self.settings
            ],
            "users": [change.as_json() for change in self.users],
            "shown": [
                {"user": user, "what": what, "after": after} for user, what, after in self.shown
            ],
            "locked_out": list(self.locked_out),
            "notes": list(self.notes),
        }


def show(services: Services) -> PolicyView:
    """Return the policies; raises :class:`~adapter.mfa.policy_store.UnreadablePolicies`."""
    stored = services.mfa.policies.read()
    return PolicyView(stored.policies, stored.version, _notes_on(services, stored.policies))


def change(
    services: Services, changes: Mapping[str, Any], *, version: int | None = None
) -> PolicyView:
    """Change settings by dotted key, all or none.

    With a *version*, only if it is the stored one. Raises
    :class:`~adapter.mfa.policy_store.PolicyChanged` and :class:`BadMethodsPolicy`.
    """
    if not changes:
        raise BadMethodsPolicy("no change is given")
    given = graph_import.read_changes(changes)
    return _store(services, GivenPolicy(given.values, version, given.notes))


def import_policy(services: Services, value: object, *, needs_version: bool = False) -> PolicyView:
    """Store a policy in parsed JSON: a whole one, or the configuration of one method.

    What it does not name stays as it is. If it has a version, that must be the stored one; without
    one the caller replaces whatever is there, unless it *needs_version*.
    """
    given = graph_import.read_graph(value)
    if needs_version and given.version is None:
        raise BadMethodsPolicy("version: it is missing; give the one that the policy has now")
    return _store(services, given)


def diff(services: Services, value: object) -> PolicyDiff:
    """Return what importing *value* would change, user by user; nothing is stored."""
    given = graph_import.read_graph(value)
    before = services.mfa.policies.read().policies
    after = graph_import.apply(given, before)
    settings_before = PolicyView(before, 0).settings()
    settings_after = PolicyView(after, 0).settings()
    changed = [
        (key, settings_before.get(key), settings_after.get(key))
        for key in {**settings_before, **settings_after}
        if settings_before.get(key) != settings_after.get(key)
    ]
    users: list[UserChange] = []
    shown: list[tuple[str, str, bool]] = []
    locked_out: list[str] = []
    for user in services.directory.list():
        old = permissions_of(before, user.upn, user.groups)
        new = permissions_of(after, user.upn, user.groups)
        of_user = list(_changes_of(user.upn, old, new))
        users += of_user
        shown += _shown_changes(user.upn, old, new)
        if of_user and _is_locked_out(services, user.upn, old, new):
            locked_out.append(user.upn)
    notes = (*given.notes, *_notes_on(services, after))
    return PolicyDiff(tuple(changed), tuple(users), tuple(shown), tuple(locked_out), notes)


def permission_as_json(permission: Permission) -> dict[str, Any]:
    """Return for scripts whether a method is allowed, and why."""
    return {
        "allowed": permission.is_allowed,
        "reason": permission.reason,
        "policy": permission.policy,
        "explanation": permission.explanation,
    }


def _store(services: Services, given: GivenPolicy) -> PolicyView:
    """Change what is stored now; another administrator's change in between is not overwritten."""
    store = services.mfa.policies
    if given.version is None and set(graph_policy.KEYS) <= set(given.values):
        policies = graph_import.apply(given, Policies())  # also in place of an unreadable one
        version = store.replace(policies, None)
    else:
        stored = store.read()
        policies = graph_import.apply(given, stored.policies)
        seen = stored.version if given.version is None else given.version
        version = store.replace(policies, seen)
    return PolicyView(policies, version, (*given.notes, *_notes_on(services, policies)))


def _changes_of(user: str, old: Permissions, new: Permissions) -> Iterator[UserChange]:
    for method, before in old.by_method.items():
        after = new.by_method[method]
        if before.is_allowed != after.is_allowed:
            yield UserChange(user, method, before, after)


def _shown_changes(
    user: str, old: Permissions, new: Permissions
) -> Iterator[tuple[str, str, bool]]:
    if old.shows_application != new.shows_application:
        yield user, "application", new.shows_application
    if old.shows_location != new.shows_location:
        yield user, "location", new.shows_location


def _is_locked_out(services: Services, user: str, old: Permissions, new: Permissions) -> bool:
    methods = services.mfa.methods_of(user)
    had_one = bool(methods.registered) and way_of(methods, old).asks is not None
    return had_one and way_of(methods, new).asks is None


def _notes_on(services: Services, policies: Policies) -> tuple[str, ...]:
    """Return what has no effect in the policies, and the groups and users that nobody is in."""
    notes = []
    if policies.authenticator.number_matching is not None:
        notes.append(NUMBER_MATCHING_NOTE)
    has_legacy = policies.legacy.notifications or policies.legacy.codes
    if has_legacy and policies.migration == "migrationComplete":
        notes.append(MIGRATED_NOTE)
    targets = {(each.type, each.id): each for each in _targets(policies)}
    if all(each.includes("", ()) for each in targets.values()):
        return tuple(notes)
    users = services.directory.list()
    for each in targets.values():
        if not any(each.includes(user.upn, user.groups) for user in users):
            what = "there is no such user" if each.type == "user" else "no user is in this group"
            notes.append(f"{each.type} {each.id!r}: {what}.")
    return tuple(notes)


def _targets(policies: Policies) -> Iterator[Target]:
    app, oath = policies.authenticator, policies.code_apps
    yield from (*app.include, *app.exclude, *oath.include, *oath.exclude)
    for feature in (app.application_name, app.location):
        yield feature.include
        if feature.exclude is not None:
            yield feature.exclude


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the settings of nested tables by dotted key; a target stays whole."""
    for key, value in values.items():
        if isinstance(value, dict) and key not in graph_import.WHOLE_TARGETS:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
