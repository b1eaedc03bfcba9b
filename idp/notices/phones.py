"""What a call of a phone is answered from, and the storage of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from adapter.mfa.devices.device import Device
from idp.notices.phone_notices import Notice


@dataclass(frozen=True, slots=True)
class KnownPhone:
    """A device, registered or not, and the notices it shows, newest first."""

    device: Device
    notices: Sequence[Notice]


class PhoneStore(Protocol):
    """The devices of all users, as they call."""

    def find(self, device_id: str) -> KnownPhone | None:
        """Return a device with its notices; None if it was never activated or was removed.

        It is read anew each time, together with its user, whom the same request looks up next.
        """
