"""The catalogue of access control policies: the built-in ones and those of administrators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from idp.federation.access_control.access_rules import AccessRules
from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.policies import (
    AccessControlPolicy,
    BadAccessControlPolicy,
    UnreadableAccessControlPolicy,
)
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import readable
from idp.federation.relying_party.trust_store import TrustStore

if TYPE_CHECKING:
    from idp.federation.relying_party.trust import RelyingPartyTrust


StoredPolicy = AccessControlPolicy | UnreadableAccessControlPolicy
"""A policy as it is stored, readable or not."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A policy, readable or not, and the entity ids of the trusts that it is assigned to."""

    policy: StoredPolicy
    is_built_in: bool
    assigned_to: tuple[str, ...]


class AccessControlStore(Protocol):
    """Storage of the policies that administrators make."""

    def rules(self) -> AccessRules:
        """Return the rules for all trusts and the custom policies."""

    def save_policy(self, policy: AccessControlPolicy) -> None:
        """Store a policy, new or in place of the one with that name."""

    def remove_policy(self, name: str) -> bool:
        """Remove a policy; return False if there is none."""


class AccessControl:
    """The access control policies of one store."""

    def __init__(self, store: AccessControlStore, trusts: TrustStore) -> None:
        self._store = store
        self._trusts = trusts

    def list(self) -> tuple[Listed, ...]:
        """Return all policies, the built-in ones first."""
        rules = self._store.rules()
        assigned: dict[str, list[str]] = {}
        for trust in readable(self._trusts.trusts()):
            assigned.setdefault(trust.settings.access_control_policy, []).append(trust.entity_id)
        policies: tuple[StoredPolicy, ...] = (
            *BUILT_IN.values(),
            *rules.custom.values(),
            *rules.unreadable.values(),
        )
        return tuple(
            Listed(each, each.name in BUILT_IN, tuple(assigned.get(each.name, ())))
            for each in policies
        )

    def rules(self) -> AccessRules:
        """Return the rules for all trusts and the custom policies, as stored now."""
        return self._store.rules()

    def find(self, name: str) -> AccessControlPolicy:
        """Return a policy; raises :class:`BadAccessControlPolicy`."""
        rules = self._store.rules()
        policy = rules.policy(name)
        if policy is None:
            raise rules.unreadable.get(name) or _unknown(name)
        return policy

    def set(self, policy: AccessControlPolicy) -> None:
        """Store a policy, new or in place of the one with that name.

        Raises :class:`BadAccessControlPolicy` for the name of a built-in policy, and if a trust
        that has the policy gives it other parameters than the new one has.
        """
        _must_be_custom(policy.name)
        for trust in self._trusts_with(policy.name):
            _must_fit(policy, trust)
        self._store.save_policy(policy)

    def remove(self, name: str) -> None:
        """Remove a policy; raises :class:`BadAccessControlPolicy` if a trust has it."""
        _must_be_custom(name)
        for trust in self._trusts_with(name):
            raise BadAccessControlPolicy(
                f"The trust {trust.entity_id!r} has the policy {name!r}",
                "Give it another first: tallystick sp set ID access_control_policy=NAME",
            )
        rules = self._store.rules()
        is_stored = name in rules.custom or name in rules.unreadable
        if not (is_stored and self._store.remove_policy(name)):
            raise _unknown(name)

    def check(self, settings: TrustSettings) -> None:
        """Raise :class:`BadAccessControlPolicy` if these settings cannot assign their policy."""
        if settings.access_control_policy:
            self.find(settings.access_control_policy).check(settings.access_control_parameters)

    def _trusts_with(self, name: str) -> Iterator[RelyingPartyTrust]:
        trusts = readable(self._trusts.trusts())
        return (trust for trust in trusts if trust.settings.access_control_policy == name)


def _must_be_custom(name: str) -> None:
    if name in BUILT_IN:
        problem, remedy = f"{name!r} is built in and cannot be changed", "Choose another name"
        raise BadAccessControlPolicy(problem, remedy, faults={"name": f"{problem}. {remedy}."})


def _must_fit(policy: AccessControlPolicy, trust: RelyingPartyTrust) -> None:
    try:
        policy.check(trust.settings.access_control_parameters)
    except BadAccessControlPolicy as error:
        raise BadAccessControlPolicy(
            f"The trust {trust.entity_id!r} has this policy. {error.problem}",
            "Give the trust another policy first",
        ) from None


def _unknown(name: str) -> BadAccessControlPolicy:
    return BadAccessControlPolicy(
        f"There is no access control policy {name[:128]!r}", "See tallystick access list"
    )
