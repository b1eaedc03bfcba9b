"""The storage that devices and their activations need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from adapter.mfa.devices.activation import Activation
from adapter.mfa.devices.device import Device


class DeviceStore(Protocol):
    """The activated devices of all users."""

    def of_user(self, user: str) -> Sequence[Device]:
        """Return the user's registered devices, oldest first."""

    def find(self, device_id: str) -> Device | None:
        """Return one device, registered or not; None if it was never activated or was removed."""

    def of_registration(self, user: str, registration: str) -> Device | None:
        """Return the user's phone of a registration that is not complete, or None."""


class ActivationStore(Protocol):
    """The activations that phones may still use."""

    def add(self, activation: Activation) -> None:
        """Store a new activation."""

    def live(self, handle: str, now: datetime) -> Sequence[Activation]:
        """Return the activations of this handle that have neither ended nor expired."""

    def by_link(self, link_digest: bytes, now: datetime) -> Activation | None:
        """Return the activation of this link that has neither ended nor expired, or None."""

    def count_try(self, handle: str, now: datetime, limit: int) -> Sequence[Activation]:
        """Count a try against each live activation of this handle that has had fewer than *limit*.

        Returns just those, in one statement: of any number of tries at the same time, no more than
        *limit* get to see an activation.
        """

    def of_user(self, user: str, now: datetime) -> Sequence[Activation]:
        """Return the user's activations that have neither ended nor expired, oldest first."""

    def end(self, user: str, activation_id: str | None = None) -> bool:
        """End one activation of the user, or all without an id; say whether there was any."""

    def finish(self, activation: Activation, device: Device, seed: str | None) -> bool:
        """End the activation and store its device, and its seed if any, in one transaction.

        The user is told, in the same one, of a device that is registered by that. Returns False,
        and stores nothing, if the activation has ended already. Raises
        :class:`~adapter.mfa.methods.TooManyMethods`, and stores nothing, if the user has too many
        apps.
        """
