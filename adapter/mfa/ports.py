"""What the MFA service needs from outside: a clock and a store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapter.mfa.codes.limits import CodeLimits
from adapter.mfa.devices import Device
from adapter.mfa.push.challenge import Challenge


@dataclass(frozen=True, slots=True)
class Activation:
    """A code that turns a phone into a user's Authenticator, once.

    ``handle`` finds it, ``secret_digest`` proves it; ``tries`` counts the secrets given.
    ``totp`` makes the phone a source of codes as well.
    """

    id: str
    user: str
    handle: str
    secret_digest: bytes
    totp: bool
    expires_at: datetime
    tries: int = 0


class MfaTransaction(Protocol):
    """What may be read and changed of one user while nobody else changes it."""

    def recent_challenges(self, user: str, since: datetime) -> Sequence[Challenge]:
        """Return the user's challenges created at or after *since*, oldest first."""

    def add_challenge(self, challenge: Challenge) -> None:
        """Store a new challenge."""

    def challenge(self, challenge_id: str) -> Challenge | None:
        """Return one challenge."""

    def save_challenge(self, challenge: Challenge) -> None:
        """Store the next state of a challenge read in this transaction."""

    def pushes_cleared_at(self, user: str) -> datetime | None:
        """Return when an administrator last cleared the user's push limit."""

    def code_limits(self, user: str) -> CodeLimits:
        """Return the user's wrong codes."""

    def save_code_limits(self, user: str, limits: CodeLimits) -> None:
        """Store them."""

    def totp_seed(self, user: str) -> str | None:
        """Return the Base32 seed of the user's codes, or None without any."""

    def claim(self, kind: str, key: str, expires_at: datetime) -> bool:
        """Use up *key* of *kind*; False when it was used before (one unique insert)."""


class MfaStore(Protocol):
    """Where methods, challenges and limits live."""

    def transaction(self, user: str) -> AbstractContextManager[MfaTransaction]:
        """Open a transaction in which this user's rows are ours alone, on every node.

        It commits durably when left, and changes nothing when left by an exception.
        """

    def devices_of(self, user: str) -> Sequence[Device]:
        """Return the user's activated devices, oldest first."""

    def device(self, device_id: str) -> Device | None:
        """Return one device."""

    def has_totp(self, user: str) -> bool:
        """Say whether the user has a source of codes."""

    def save_totp_seed(self, user: str, seed: str) -> None:
        """Store the seed, sealed; it replaces an earlier one."""

    def challenge(self, challenge_id: str) -> Challenge | None:
        """Return one challenge."""

    def pending_challenges(self, user: str, since: datetime) -> Sequence[Challenge]:
        """Return the user's challenges in state pending, created after *since*."""

    def pending_ids(self, users: Collection[str], since: datetime) -> Mapping[str, tuple[str, ...]]:
        """Return the ids of the pending challenges of many users, created after *since*.

        A user without any is left out.
        """

    def add_activation(self, activation: Activation) -> None:
        """Store a new activation."""

    def live_activations(self, handle: str, now: datetime) -> Sequence[Activation]:
        """Return the activations of this handle that have neither ended nor expired."""

    def try_activations(self, handle: str, now: datetime, limit: int) -> Sequence[Activation]:
        """Count a try against each live activation of this handle that has had fewer than *limit*.

        Return just those, in one statement, so that of any number of tries at once no more than
        *limit* get to look at an activation.
        """

    def finish_activation(self, activation: Activation, device: Device, seed: str | None) -> bool:
        """End the activation and store its device and seed together; False when it had ended."""

    def clear_limits(self, user: str, now: datetime) -> None:
        """Forget the user's wrong codes and unanswered pushes (an administrator's unlock)."""
