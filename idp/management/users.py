"""A user's second factors in administrators' hands: the use cases of ``tallystick user``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError
from idp.instants import json_instant

if TYPE_CHECKING:
    from adapter.mfa.service import Methods
    from idp.directory import User
    from idp.services import Services


class UnknownUser(TallystickError):
    """Raised when the directory holds no user of a name; for administrators, never at sign-in."""

    code = "unknown_user"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no user {name!r}", "See tallystick user list")


@dataclass(frozen=True, slots=True)
class ActivationOffer:
    """What is shown once to the one who activates a phone; ``address`` is what the QR holds."""

    user: str
    code: str
    address: str
    totp: bool

    def as_json(self) -> dict[str, Any]:
        """Return the offer for scripts."""
        return {"user": self.user, "code": self.code, "address": self.address, "totp": self.totp}


def find_user(services: Services, name: str) -> User:
    """Return the user; raises :class:`UnknownUser`."""
    user = services.directory.find(name)
    if user is None:
        raise UnknownUser(name)
    return user


def methods_of(services: Services, name: str) -> Methods:
    """Return the second factors of a user."""
    return services.mfa.methods_of(find_user(services, name).upn)


def methods_as_json(methods: Methods) -> dict[str, Any]:
    """Return a user's second factors for scripts; ``decides`` is the device that counts."""
    return {
        "push": [
            {
                "id": device.id,
                "name": device.name,
                "platform": device.platform,
                "app_version": device.app_version,
                "kind": device.kind,
                "activated_at": json_instant(device.activated_at),
                "decides": device == methods.best,
            }
            for device in methods.devices
        ],
        "totp": methods.has_totp,
    }


def offer_activation(services: Services, name: str, *, totp: bool) -> ActivationOffer:
    """Make an activation code for a user's phone: once, 10 minutes, five tries."""
    user = find_user(services, name)
    code = services.mfa.activations.create(user.upn, totp=totp)
    address = f"{services.config.server.base_url}/authenticator/#{code}"
    return ActivationOffer(user.upn, code, address, totp)


def unlock(services: Services, name: str) -> User:
    """Clear a user's password lock-out, wrong codes and unanswered pushes."""
    user = find_user(services, name)
    services.directory.unlock(user.upn)
    services.mfa_store.clear_limits(user.upn, services.clock.now())
    return user
