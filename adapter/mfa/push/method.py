"""A device as one of the registered methods of its user."""

from __future__ import annotations

from adapter.mfa.devices.device import Device
from adapter.mfa.methods import RegisteredMethod
from adapter.mfa.policy import PUSH


def registered_method(device: Device, *, decides: bool) -> RegisteredMethod:
    """Return the method that *device* is; ``decides``: whether what the user sees depends on it."""
    return RegisteredMethod(
        id=device.id,
        kind=PUSH,
        name=device.name,
        created=device.activated_at,
        last_used=device.last_used_at,
        details={
            "platform": device.platform,
            "app_version": device.app_version,
            "device": device.kind,
            "decides": decides,
        },
    )
