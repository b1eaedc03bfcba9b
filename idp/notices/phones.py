"""What a call of a phone is answered from, and the storage of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from adapter.mfa.devices.device import Device
from idp.directory.users import User
from idp.notices.phone_notices import Notice


@dataclass(frozen=True, slots=True)
class KnownPhone:
    """A device, registered or not, its user, and the notices it shows, newest first.

    ``owner`` is None if the user is unknown.
    """

    device: Device
    owner: User | None
    notices: Sequence[Notice]


class PhoneStore(Protocol):
    """The devices of all users, as they call."""

    def find(self, device_id: str) -> KnownPhone | None:
        """Return a device with its user and notices, which are read anew each time.

        Returns None if the device was never activated or was removed.
        """
