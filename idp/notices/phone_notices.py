"""Notices on a user's devices: each device has its own, until it dismisses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from idp.notices.occasions import Occasion

MAX_OF_A_DEVICE = 20
"""Notices that a device keeps: the newest ones."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice on one device."""

    id: str
    occasion: Occasion


class PhoneNotices(Protocol):
    """The notices of all devices."""

    def of_device(self, device_id: str) -> Sequence[Notice]:
        """Return the notices of a device that it has not dismissed, newest first."""

    def dismiss(self, device_id: str, notice_id: str) -> None:
        """Remove a notice of this device; nothing happens if it has none of this id."""
