"""What administrators do about a user's second factors; the use cases of ``tallystick user``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.mfa.methods import MAX_APPS, TooManyMethods
from adapter.mfa.permissions import nothing_allowed, way_of
from adapter.mfa.policy_store import UnreadablePolicies
from adapter.mfa.protection.store import Standing
from idp.instants import json_instant
from idp.management.permission_json import permission_as_json
from idp.management.standing import standing_as_json
from idp.management.user_audit import changes_user
from idp.management.user_by_name import find_user

if TYPE_CHECKING:
    from datetime import datetime

    from adapter.mfa.codes.hardware import HardwareToken
    from adapter.mfa.devices.activation import Activation
    from adapter.mfa.methods import Methods, RegisteredMethod
    from adapter.mfa.permissions import Permissions, Way
    from idp.directory import User
    from idp.services import Services


@dataclass(frozen=True, slots=True)
class ActivationOffer:
    """An activation code for a phone, shown once; the QR code holds ``address``.

    ``code`` has nine digits, to be typed; the address has a longer code of its own.
    """

    user: str
    code: str
    address: str
    totp: bool

    def as_json(self) -> dict[str, Any]:
        """Return the offer for scripts."""
        return {"user": self.user, "code": self.code, "address": self.address, "totp": self.totp}


@dataclass(frozen=True, slots=True)
class UserMethods:
    """What a user has for the second factor, and what could add to it.

    These are activation codes, and hardware tokens that wait for their activation.
    """

    user: str
    methods: Methods
    activations: tuple[Activation, ...]
    permissions: Permissions
    waiting_tokens: tuple[HardwareToken, ...] = ()
    pushes_paused_since: datetime | None = None
    """When the user reported a request, if no requests are sent for that reason."""
    standing: Standing = field(default_factory=Standing)
    """Whether the user is blocked from every second factor, and at risk."""

    @property
    def way(self) -> Way:
        """What the user is asked for first."""
        return way_of(self.methods, self.permissions)

    def as_json(self) -> dict[str, Any]:
        """Return them for scripts.

        ``methods`` lists all of them, whatever their kind. ``push`` and ``totp`` are older: phones,
        with ``decides`` true for the one that decides what the user sees, and whether there are
        codes. ``allowed`` says of each kind of method whether the policies allow it and why, and
        ``asked_first`` what a sign-in asks for: null if the user may use none of the methods.
        """
        way = self.way
        return {
            "push": [_phone_as_json(method) for method in self.methods.of_kind("push")],
            "totp": self.methods.has("totp"),
            "methods": [
                {**method_as_json(each), **self._rights_of(each)}
                for each in self.methods.registered
            ],
            "activations": [_activation_as_json(each) for each in self.activations],
            "waiting_tokens": [token_as_json(each) for each in self.waiting_tokens],
            "allowed": {
                name: permission_as_json(each) for name, each in self.permissions.by_method.items()
            },
            "asked_first": way.asks if self.methods.has("push", "totp") else None,
            "asked_first_reason": way.reason,
            "pushes_paused_since": _moment(self.pushes_paused_since),
            **standing_as_json(self.standing),
        }

    def _rights_of(self, method: RegisteredMethod) -> dict[str, Any]:
        permission = self.permissions.of(method)
        is_default = method == self.methods.default
        return {
            "default": is_default,
            "allowed": permission.is_allowed,
            "reason": permission.reason,
        }


def methods_of(services: Services, name: str) -> UserMethods:
    """Return the registered methods of a user.

    Raises :class:`~idp.management.user_by_name.UnknownUser`.
    """
    upn = find_user(services, name).upn
    mfa = services.mfa
    activations = tuple(mfa.activations.of_user(upn))
    try:
        permissions = mfa.permissions_of(upn)
    except UnreadablePolicies:
        permissions = nothing_allowed()
    reported_at = mfa.push.reported_at(upn)
    standing = services.protection.standing_of(upn)
    methods, tokens = mfa.methods_of(upn), _waiting_tokens(services, upn)
    return UserMethods(
        upn, methods, activations, permissions, tokens, reported_at, standing=standing
    )


@changes_user("user.method_default")
def choose_default(services: Services, name: str, method_id: str) -> None:
    """Ask a user for this method first from now on, if the policies allow it.

    Raises :class:`~adapter.mfa.service.UnknownMethod`.
    """
    services.mfa.choose_default(find_user(services, name).upn, method_id)


@changes_user("user.method_rename")
def rename_method(services: Services, name: str, method_id: str, new_name: str) -> RegisteredMethod:
    """Give a method of a user another name, of whatever kind it is.

    Raises :class:`~adapter.mfa.service.UnknownMethod` and
    :class:`~adapter.mfa.methods.BadMethodName`.
    """
    return services.mfa.rename(find_user(services, name).upn, method_id, new_name)


@changes_user("user.method_remove")
def remove_method(services: Services, name: str, method_id: str) -> None:
    """Remove one method of a user, or one activation code or token that waits, by its id.

    It is worth nothing from then on: a removed device answers no request, and one that it has
    answered already is lost. Raises :class:`~adapter.mfa.service.UnknownMethod`.
    """
    upn = find_user(services, name).upn
    if services.mfa.activations.cancel(upn, method_id):
        return
    if any(token.id == method_id for token in _waiting_tokens(services, upn)):
        services.mfa.codes.remove(upn, method_id)
    else:
        services.mfa.remove(upn, method_id)


@changes_user("user.method_remove")
def remove_all_methods(services: Services, name: str) -> tuple[RegisteredMethod, ...]:
    """Remove all methods of a user and all activation codes; return the methods."""
    return services.mfa.remove_all(find_user(services, name).upn)


@changes_user("user.reset")
def reset_compromised(
    services: Services, name: str, password: str, *, must_change: bool = False
) -> tuple[RegisteredMethod, ...]:
    """Take an account back from somebody who knows its password or holds one of its factors.

    The user gets a new password, all sessions end, and all methods and activation codes are
    removed; returns the methods. The password comes first: without it no method lets anybody in.
    A report no longer pauses requests and the risk is dismissed, since nobody is left who could
    have caused them. A block stays until it is lifted.
    """
    upn = find_user(services, name).upn
    services.directory.set_password(upn, password, must_change=must_change, compromised=True)
    removed = services.mfa.remove_all(upn)
    services.mfa.push.unlock(upn)
    services.protection.dismiss_risk(upn)
    return removed


@changes_user("user.activate")
def offer_activation(services: Services, name: str, *, totp: bool) -> ActivationOffer:
    """Make an activation code for a user's phone: it works once, for 10 minutes.

    Typed, it works for five tries; the address works also when strangers have used those up. Raises
    :class:`~adapter.mfa.methods.TooManyMethods` for a user who could not activate a further phone.
    """
    user = find_user(services, name)
    if services.mfa.methods_of(user.upn).apps >= MAX_APPS:
        raise TooManyMethods(user.upn)
    codes = services.mfa.activations.create(user.upn, totp=totp)
    address = f"{services.config.server.base_url}/authenticator/#{codes.link}"
    return ActivationOffer(user.upn, codes.typed, address, totp)


@changes_user("user.unlock")
def unlock(services: Services, name: str) -> User:
    """Clear a user's password lock-out, and the limits of every second factor.

    After the user has reported a request, requests are sent again.
    """
    user = find_user(services, name)
    services.directory.unlock(user.upn)
    services.mfa.unlock(user.upn)
    return user


def _waiting_tokens(services: Services, upn: str) -> tuple[HardwareToken, ...]:
    tokens = services.mfa.codes.tokens(upn)
    return tuple(token for token in tokens if token.activated is None)


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


def _activation_as_json(activation: Activation) -> dict[str, Any]:
    return {
        "id": activation.id,
        "totp": activation.totp,
        "expires_at": json_instant(activation.expires_at),
        "tries": activation.tries,
    }


def method_as_json(method: RegisteredMethod) -> dict[str, Any]:
    """Return one method for scripts."""
    return {
        "id": method.id,
        "kind": method.kind,
        "name": method.name,
        "created_at": _moment(method.created),
        "last_used_at": _moment(method.last_used),
        **method.details,
    }


def token_as_json(token: HardwareToken) -> dict[str, Any]:
    """Return a hardware token for scripts; its secret is never shown."""
    return {
        "id": token.id,
        "user": token.user,
        "serial_number": token.serial_number,
        "name": token.name,
        "time_interval": token.period,
        "manufacturer": token.manufacturer,
        "model": token.model,
        "created_at": json_instant(token.created),
        "activated_at": _moment(token.activated),
        "last_used_at": _moment(token.last_used),
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else json_instant(at)
