"""The access control policies there are: built-in ones, and those that administrators make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.decision import AccessRules
from idp.federation.access_control.policies import (
    AccessControlPolicy,
    BadAccessControlPolicy,
    UnreadableAccessControlPolicy,
)
from idp.federation.relying_party.registry import TrustStore
from idp.federation.relying_party.settings import TrustSettings
from idp.federation.relying_party.trust import readable

if TYPE_CHECKING:
    from idp.federation.relying_party.trust import RelyingPartyTrust


StoredPolicy = AccessControlPolicy | UnreadableAccessControlPolicy
"""A policy as a store has it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A policy, readable or not, and the entity ids of the trusts that it is assigned to."""

    policy: StoredPolicy
    is_built_in: bool
    assigned_to: tuple[str, ...]


class AccessControlStore(Protocol):
    """Where access control policies live, beside those that are built in."""

    def rules(self) -> AccessRules:
        """Return what holds for all trusts."""

    def save_policy(self, policy: AccessControlPolicy) -> None:
        """Store a policy, new or known by its name."""

    def remove_policy(self, name: str) -> bool:
        """Remove a policy; False when there is none."""


class AccessControl:
    """The access control policies of one store."""

    def __init__(self, store: AccessControlStore, trusts: TrustStore) -> None:
        self._store = store
        self._trusts = trusts

    def list(self) -> tuple[Listed, ...]:
        """Return all policies, built-in ones first."""
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
        """Return what holds for all trusts now."""
        return self._store.rules()

    def find(self, name: str) -> AccessControlPolicy:
        """Return a policy; raises :class:`BadAccessControlPolicy`."""
        rules = self._store.rules()
        found = rules.policy(name)
        if found is None:
            raise rules.unreadable.get(name) or _unknown(name)
        return found

    def set(self, policy: AccessControlPolicy) -> None:
        """Store a policy, new or instead of the one of its name.

        Raises :class:`BadAccessControlPolicy` for a built-in one, and where a trust that has the
        policy gives it other parameters than the new one has.
        """
        _must_be_custom(policy.name)
        for trust in self._having(policy.name):
            _must_fit(policy, trust)
        self._store.save_policy(policy)

    def remove(self, name: str) -> None:
        """Remove a policy that no trust has; raises :class:`BadAccessControlPolicy`."""
        _must_be_custom(name)
        for trust in self._having(name):
            raise BadAccessControlPolicy(
                f"The trust {trust.entity_id!r} has the policy {name!r}",
                "Give it another first: tallystick sp set ID access_control_policy=NAME",
            )
        if not self._store.remove_policy(name):
            raise _unknown(name)

    def check(self, settings: TrustSettings) -> None:
        """Raise :class:`BadAccessControlPolicy` unless the policy can be assigned so."""
        if settings.access_control_policy:
            self.find(settings.access_control_policy).check(settings.access_control_parameters)

    def _having(self, name: str) -> Iterator[RelyingPartyTrust]:
        trusts = readable(self._trusts.trusts())
        return (trust for trust in trusts if trust.settings.access_control_policy == name)


def _must_be_custom(name: str) -> None:
    if name in BUILT_IN:
        raise BadAccessControlPolicy(
            f"{name!r} is built in and stays as it is", "Choose another name"
        )


def _must_fit(policy: AccessControlPolicy, trust: RelyingPartyTrust) -> None:
    try:
        policy.check(trust.settings.access_control_parameters)
    except BadAccessControlPolicy as error:
        raise BadAccessControlPolicy(
            f"The trust {trust.entity_id!r} has this policy, and: {error.problem}",
            "Give the trust another policy first",
        ) from None


def _unknown(name: str) -> BadAccessControlPolicy:
    return BadAccessControlPolicy(
        f"There is no access control policy {name[:128]!r}", "See tallystick access list"
    )
