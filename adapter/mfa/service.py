"""The MFA service as its hosts see it: a user's methods, and one attribute for each factor."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol, runtime_checkable

from adapter.clock import Clock
from adapter.mfa.activation import Activations
from adapter.mfa.codes.factor import CodeFactor
from adapter.mfa.devices import Device, best_of
from adapter.mfa.ports import MfaStore
from adapter.mfa.push.challenge import Challenge
from adapter.mfa.push.factor import PushFactor


@dataclass(frozen=True, slots=True)
class Methods:
    """What a user has registered."""

    devices: tuple[Device, ...]
    has_totp: bool

    @property
    def best(self) -> Device | None:
        """The device that decides what the user is shown."""
        return best_of(self.devices)

    @property
    def any(self) -> bool:
        """Whether there is a second factor at all."""
        return bool(self.devices) or self.has_totp


@dataclass(frozen=True, slots=True)
class MfaPolicy:
    """What administrators decide for all users; the words are those of ``adapter.decide``."""

    push_policy: str = "methods"
    products_after_table: str = "approve_deny"


class MfaService:
    """Challenges, codes and activations of all users, over one store and clock.

    ``number_key`` is the farm's key for digests of numbers and activation codes: 32 bytes.
    ``on_push`` is told of each push that was sent.
    """

    def __init__(
        self,
        store: MfaStore,
        clock: Clock,
        *,
        number_key: bytes,
        policy: MfaPolicy | None = None,
        random: Random | None = None,
        on_push: Callable[[Challenge], None] = lambda _: None,
    ) -> None:
        random = random or secrets.SystemRandom()
        self._store = store
        self.policy = policy or MfaPolicy()
        self.push = PushFactor(store, clock, number_key, random, on_push)
        self.codes = CodeFactor(store, clock)
        self.activations = Activations(store, clock, number_key, random)

    def methods_of(self, user: str) -> Methods:
        """Return what *user* can sign in with."""
        return Methods(tuple(self._store.devices_of(user)), self._store.has_totp(user))


@runtime_checkable
class UsesMfaService(Protocol):
    """An adapter that wants the MFA service; any adapter may."""

    def use_mfa_service(self, service: MfaService) -> None:
        """Called once, before ``on_authentication_pipeline_load``."""
