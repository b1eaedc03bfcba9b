"""Use cases of the MFA policies: show, change, import and export.

``tallystick policy``, ``/admin/api/policy`` and the page are built on them, and on
:mod:`idp.management.policy_diff`, which says what a change would do. docs/policies.md explains the
settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.mfa.policy import Policies, Target
from adapter.mfa.policy_store import UnreadablePolicies
from idp.mfa import graph_import, graph_policy, graph_tables
from idp.mfa.graph_import import BadMethodsPolicy, GivenPolicy

if TYPE_CHECKING:
    from idp.services import Services

NUMBER_MATCHING_NOTE = (
    "numberMatchingRequiredState has no effect: nothing switches number matching on or off."
)
MIGRATED_NOTE = (
    "legacyMfaPolicy has no effect while policyMigrationState is migrationComplete: it is ignored."
)
AUTHENTICATOR_ALONE_NOTE = (
    "legacyResetPolicy lets nobody reset a password: Authenticator may not be the only way, and "
    "mobileAppCode is off."
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


def show(services: Services) -> PolicyView:
    """Return the policies; raises :class:`~adapter.mfa.policy_store.UnreadablePolicies`."""
    stored = services.mfa.policies.read()
    return PolicyView(stored.policies, stored.version, notes_on(services, stored.policies))


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


def _store(services: Services, given: GivenPolicy) -> PolicyView:
    """Change what is stored now; another administrator's change in between is not overwritten."""
    with services.changes.recording() as made:
        before = _settings_before(services)
        view = _stored(services, given)
        made.add("policy.set", "mfa", before=before, after=view.settings(), version=view.version)
    return view


def _settings_before(services: Services) -> dict[str, Any] | None:
    try:
        return show(services).settings()
    except UnreadablePolicies:
        return None


def _stored(services: Services, given: GivenPolicy) -> PolicyView:
    store = services.mfa.policies
    if given.version is None and set(graph_tables.KEYS) <= set(given.values):
        policies = graph_import.apply(given, Policies())  # also in place of an unreadable one
        version = store.replace(policies, None)
    else:
        stored = store.read()
        policies = graph_import.apply(given, stored.policies)
        seen = stored.version if given.version is None else given.version
        version = store.replace(policies, seen)
    return PolicyView(policies, version, (*given.notes, *notes_on(services, policies)))


def notes_on(services: Services, policies: Policies) -> tuple[str, ...]:
    """Return what has no effect in the policies, and the groups and users that nobody is in."""
    notes = []
    if policies.authenticator.number_matching is not None:
        notes.append(NUMBER_MATCHING_NOTE)
    has_legacy = policies.legacy.notifications or policies.legacy.codes
    if has_legacy and policies.migration == "migrationComplete":
        notes.append(MIGRATED_NOTE)
    reset = policies.legacy_reset
    is_alone = policies.migration == "preMigration" and not reset.codes
    if reset.scope and is_alone:
        notes.append(AUTHENTICATOR_ALONE_NOTE)
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
    app, campaign = policies.authenticator, policies.registration.campaign
    for method in (app, policies.code_apps, policies.hardware_tokens, policies.passkeys):
        yield from (*method.include, *method.exclude)
    yield from (*policies.legacy_reset.scope, *campaign.include, *campaign.exclude)
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
