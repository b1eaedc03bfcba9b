"""What a decision on access takes beside the trust and the user: the rules for all trusts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from idp.federation.access_control.built_in import BUILT_IN
from idp.federation.access_control.global_policy import UnreadableGlobalPolicy
from idp.federation.access_control.policies import (
    AccessControlPolicy,
    UnreadableAccessControlPolicy,
)


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What holds for all trusts: who is asked for the second factor, and the custom policies.

    ``additional`` are additional authentication rules in AD FS's claim rule language.
    ``unreadable`` are custom policies that permit nobody, since they cannot be read; ``faults`` are
    rules for all trusts that cannot be read: as long as there are any, everybody is asked for the
    second factor.
    """

    second_factor: str
    additional: str = ""
    custom: Mapping[str, AccessControlPolicy] = field(default_factory=dict)
    unreadable: Mapping[str, UnreadableAccessControlPolicy] = field(default_factory=dict)
    faults: tuple[UnreadableGlobalPolicy, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Return the names of the policies that a trust can be given, the built-in ones first."""
        return (*BUILT_IN, *self.custom)

    def policy(self, name: str) -> AccessControlPolicy | None:
        """Return a policy, built-in or custom."""
        return BUILT_IN.get(name) or self.custom.get(name)
