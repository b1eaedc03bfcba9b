"""What administrators do about a user's second factors; the use cases of ``tallystick user``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import TallystickError
from idp.instants import json_instant

if TYPE_CHECKING:
    from datetime import datetime

    from adapter.mfa.methods import Methods, RegisteredMethod
    from idp.directory import User
    from idp.services import Services


class UnknownUser(TallystickError):
    """Raised when there is no user of a name; told to administrators, never at a sign-in."""

    code = "unknown_user"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no user {name!r}", "See tallystick user list")


@dataclass(frozen=True, slots=True)
class ActivationOffer:
    """What whoever activates a phone is shown once; the QR code holds ``address``."""

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
    """Return the registered methods of a user; raises :class:`UnknownUser`."""
    return services.mfa.methods_of(find_user(services, name).upn)


def methods_as_json(methods: Methods) -> dict[str, Any]:
    """Return a user's methods for scripts.

    ``methods`` lists all of them, whatever their kind. ``push`` and ``totp`` are older: phones,
    with ``decides`` true for the one that decides what the user sees, and whether there are codes.
    """
    return {
        "push": [_phone_as_json(method) for method in methods.of_kind("push")],
        "totp": methods.has("totp"),
        "methods": [_method_as_json(method) for method in methods.registered],
    }


def offer_activation(services: Services, name: str, *, totp: bool) -> ActivationOffer:
    """Make an activation code for a user's phone: it works once, for 10 minutes and five tries."""
    user = find_user(services, name)
    code = services.mfa.activations.create(user.upn, totp=totp)
    address = f"{services.config.server.base_url}/authenticator/#{code}"
    return ActivationOffer(user.upn, code, address, totp)


def unlock(services: Services, name: str) -> User:
    """Clear a user's password lock-out, and the limits of every second factor."""
    user = find_user(services, name)
    services.directory.unlock(user.upn)
    services.mfa.unlock(user.upn)
    return user


def _phone_as_json(phone: RegisteredMethod) -> dict[str, Any]:
    return {
        "id": phone.id,
        "name": phone.name,
        "platform": phone.details["platform"],
        "app_version": phone.details["app_version"],
        "kind": phone.details["device"],
        "activated_at": _moment(phone.created),
        "decides": phone.details["decides"],
    }


def _method_as_json(method: RegisteredMethod) -> dict[str, Any]:
    return {
        "id": method.id,
        "kind": method.kind,
        "name": method.name,
        "created_at": _moment(method.created),
        "last_used_at": _moment(method.last_used),
        **method.details,
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else json_instant(at)
