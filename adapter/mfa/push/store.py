"""The storage that the push factor needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from adapter.mfa.protection.block import Block
from adapter.mfa.protection.risk import Risk
from adapter.mfa.push.challenge import Challenge


class PushTransaction(Protocol):
    """One user's requests and devices, while no other thread or node can change them."""

    def recent(self, since: datetime) -> Sequence[Challenge]:
        """Return the user's requests created at or after *since*, oldest first."""

    def find(self, challenge_id: str) -> Challenge | None:
        """Return one request of this user, or None."""

    def add(self, challenge: Challenge) -> None:
        """Store a new request."""

    def save(self, challenge: Challenge) -> None:
        """Store the next state of a request that was read in this transaction."""

    def use_device(self, device_id: str, now: datetime) -> bool:
        """Store that a device of this user was used; return False if it has been removed."""

    def remove_device(self, device_id: str, now: datetime) -> bool:
        """Remove a device of this user; return False if there is none of this id.

        The user is told, in the same transaction, unless it was not registered yet.
        """

    def register_device(self, device_id: str, now: datetime) -> bool:
        """Make a device of an incomplete registration a method of this user, with its seed if any.

        The user is told, in the same transaction. Returns False if there is no such device. Raises
        :class:`~adapter.mfa.methods.TooManyMethods`, and the transaction must change nothing then.
        """

    def cleared_at(self) -> datetime | None:
        """Return when the user's limit was last cleared, or None if it never was."""

    def clear(self, now: datetime) -> None:
        """Store that requests may be sent again.

        Those up to *now* no longer count for the limit, and a report no longer pauses them.
        """

    def reported_at(self) -> datetime | None:
        """Return since when a report pauses requests, or None if none does."""

    def pause(self, device_id: str, now: datetime, *, is_blocked: bool = False) -> None:
        """Store that the user reported a request on this device: no further ones are sent.

        The user is told, on the other devices too, in the same transaction: of the block, if the
        user is blocked at the same time.
        """

    def raise_risk(self, risk: Risk) -> None:
        """Store that the user is at high risk; an earlier risk stays."""

    def block(self) -> Block | None:
        """Return what blocks the user's second factors, whether or not it has expired."""

    def save_block(self, block: Block) -> None:
        """Block the user's second factors; requests that are open end."""


class PushStore(Protocol):
    """The requests of all users."""

    def transaction(
        self, user: str, *, durable: bool = True
    ) -> AbstractContextManager[PushTransaction]:
        """Open a transaction that excludes all others of this user, on every node.

        It is committed when left, and changes nothing when left by an exception. If it is not
        *durable*, a power failure may undo it, until a durable one has been committed after it.
        """

    def find(self, challenge_id: str) -> Challenge | None:
        """Return one request of any user, or None."""

    def reported_at(self, user: str) -> datetime | None:
        """Return since when a report pauses requests to this user, or None if none does."""

    def pending(self, user: str, since: datetime) -> Sequence[Challenge]:
        """Return the user's requests stored as pending and created after *since*, oldest first."""

    def pending_ids(self, users: Collection[str], since: datetime) -> Mapping[str, tuple[str, ...]]:
        """Return the ids of the pending requests of many users, created after *since*.

        A user without any is left out.
        """
