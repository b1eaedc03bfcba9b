"""Changes which adapters there are, and which rules ask for the second factor, at all trusts.

Used by ``tallystick adapters`` and ``tallystick access``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from adapter.sentences import sentence
from idp.audit.changes import digest_of
from idp.federation.access_control.global_policy import UnreadableGlobalPolicy
from idp.federation.access_control.policies import BadAccessControlPolicy
from idp.federation.providers import BadProvider

if TYPE_CHECKING:
    from idp.federation.access_control.policies import AccessControlPolicy
    from idp.services import Services


def register(services: Services, name: str, type_name: str, config: bytes | None = None) -> None:
    """Register an adapter; raises :class:`~idp.federation.providers.BadProvider`."""
    with services.changes.recording() as made:
        before = _adapter(services, name)
        services.providers.register(name, type_name, config)
        made.add("adapter.register", name, before=before, after=_adapter(services, name))


def unregister(services: Services, name: str) -> None:
    """Remove a registration; raises :class:`~idp.federation.providers.BadProvider`."""
    with services.changes.recording() as made:
        before = _adapter(services, name)
        services.providers.unregister(name)
        made.add("adapter.unregister", name, before=before, after=_adapter(services, name))


def enable(services: Services, names: Sequence[str]) -> None:
    """Enable these adapters only; raises :class:`~idp.federation.providers.BadProvider`."""
    if not names:
        raise BadProvider(
            sentence("No adapter is chosen"),
            sentence("Choose at least one: without, nobody can give a second factor"),
        )
    with services.changes.recording() as made:
        before = _enabled(services)
        services.providers.enable(names)
        made.add("adapter.enable", " ".join(names), before=before, after=_enabled(services))


def set_rules(services: Services, *, rule: str | None = None, text: str | None = None) -> None:
    """Set who needs the second factor at all trusts: the *rule*, and the additional rules' *text*.

    Raises :class:`~idp.federation.access_control.global_policy.BadPolicy`.
    """
    with services.changes.recording() as made:
        before = _rules(services)
        if text is not None:
            services.policy.set_additional_rules(text)
        if rule is not None:
            services.policy.set_second_factor(rule)
        made.add("access.mfa", "all trusts", before=before, after=_rules(services))


def set_policy(
    services: Services, policy: AccessControlPolicy, *, replaces: str | None = None
) -> None:
    """Store an access control policy, new or in place of the one with that name.

    With *replaces*, only if it still is in place of what had this :func:`policy_version`: the empty
    text for a new one. Raises :class:`BadAccessControlPolicy`.
    """
    with services.changes.recording() as made:
        before = _policy(services, policy.name)
        if replaces is not None and replaces != policy_version(services, policy.name):
            raise _changed_meanwhile(policy.name, is_new=not replaces)
        services.access.set(policy)
        made.add("access.set", policy.name, before=before, after=_policy(services, policy.name))


def remove_policy(services: Services, name: str) -> None:
    """Remove an access control policy; raises :class:`BadAccessControlPolicy`."""
    with services.changes.recording() as made:
        before = _policy(services, name)
        services.access.remove(name)
        made.add("access.remove", name, before=before)


def policy_version(services: Services, name: str) -> str:
    """Return a digest that changes when the policy *name* does; empty if there is none."""
    policy = _policy(services, name)
    if policy is None:
        return ""
    return hashlib.sha256(json.dumps(policy, sort_keys=True).encode()).hexdigest()[:16]


def _changed_meanwhile(name: str, *, is_new: bool) -> BadAccessControlPolicy:
    if is_new:
        problem, remedy = f"There is a policy {name!r} already", "Choose another name"
    else:
        problem, remedy = f"The policy {name!r} was changed meanwhile", "Load it again"
    return BadAccessControlPolicy(problem, remedy, faults={"name": f"{problem}. {remedy}."})


def _adapter(services: Services, name: str) -> dict[str, Any] | None:
    for each in services.providers.list():
        if each.name == name:
            config = digest_of(each.config) if each.config is not None else None
            return {"name": name, "type": each.type_name, "config": config}
    return None


def _enabled(services: Services) -> list[str] | None:
    try:
        return list(services.policy.enabled_providers())
    except UnreadableGlobalPolicy:
        return None


def _rules(services: Services) -> dict[str, Any] | None:
    try:
        return {
            "second_factor": services.policy.second_factor(),
            "additional_authentication_rules": services.policy.additional_rules(),
        }
    except UnreadableGlobalPolicy:
        return None


def _policy(services: Services, name: str) -> dict[str, Any] | None:
    try:
        policy = services.access.find(name)
    except BadAccessControlPolicy:
        return None
    return policy.model_dump(mode="json", by_alias=True, exclude_defaults=True)
