"""The storage of the policies, and the error of two administrators who change them at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from adapter.errors import TallystickError
from adapter.mfa.permissions import GroupsOf, Permissions, permissions_of, tells_users_apart
from adapter.mfa.policy import Policies


class PolicyChanged(TallystickError):
    """Raised when the policies are not those that a change was made from."""

    code = "policy_changed"

    def __init__(self, stored: int, seen: int) -> None:
        super().__init__(
            f"The policy has been changed: its version is {stored}, and the change is for {seen}",
            "Look at tallystick policy show, then make the change again from what is there now",
        )


class UnreadablePolicies(TallystickError):
    """Raised when the stored policies cannot be read; until they can, no method is allowed."""

    code = "unreadable_policy"

    def __init__(self, fault: str) -> None:
        super().__init__(
            f"The authentication methods policy cannot be read from the database: {fault}",
            "Upgrade this node if another one runs a newer version; else set it again: "
            "tallystick policy import FILE, with a whole policy without version",
        )


@dataclass(frozen=True)
class StoredPolicies:
    """The policies and their version, which grows with every change; 0: nothing is stored."""

    policies: Policies
    version: int

    def permissions_of(self, user: str, groups_of: GroupsOf) -> Permissions:
        """Return what the policies say about *user* (a UPN).

        The groups are only asked for where the policies name any user or group.
        """
        return self._of_everybody or permissions_of(self.policies, user, groups_of(user))

    @cached_property
    def _of_everybody(self) -> Permissions | None:
        return None if tells_users_apart(self.policies) else permissions_of(self.policies, "", ())


class PolicyStore(Protocol):
    """The policies of the farm."""

    def read(self) -> StoredPolicies:
        """Return the policies, the defaults if none are stored.

        Raises :class:`UnreadablePolicies`.
        """

    def replace(self, policies: Policies, seen: int | None) -> int:
        """Store *policies* and return their version.

        Raises :class:`PolicyChanged` unless *seen* is the stored version, in the same transaction.
        None replaces whatever is stored, readable or not.
        """
