"""A user's registered methods: an open list, whose kinds are those of the factors there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from adapter.errors import TallystickError
from adapter.mfa.policy import CODE_APP, HARDWARE_TOKEN, PASSKEY, PUSH

ACCESS_PASS = "access_pass"  # noqa: S105  # a kind of method, no password
"""The kind of a temporary access pass, which no sign-in asks for by itself."""

BESIDE = (PASSKEY, ACCESS_PASS)
"""Kinds of methods that stand beside what a sign-in asks for."""

MAX_APPS = 5
"""Authenticator and code apps and hardware tokens of one user, together.

An Authenticator counts once, with its codes. Hardware tokens count before they are activated too.
"""


MAX_NAME_LENGTH = 64
"""Characters of the name of a method."""


class BadMethodName(TallystickError):
    """Raised for a name that no method can have."""

    code = "bad_method_name"

    def __init__(self) -> None:
        super().__init__(
            "A method cannot have this name",
            f"Give 1 to {MAX_NAME_LENGTH} characters, and no control characters",
        )


class TooManyMethods(TallystickError):
    """Raised when a user has :data:`MAX_APPS` apps and tokens already; nothing was added."""

    code = "too_many_methods"

    def __init__(self, user: str) -> None:
        super().__init__(
            f"{user} has {MAX_APPS} apps and hardware tokens already",
            f"Remove one first: tallystick user methods {user}",
        )


class CannotBeDefault(TallystickError):
    """Raised when a passkey is chosen as the method that is asked for first."""

    code = "cannot_be_default"

    def __init__(self) -> None:
        super().__init__(
            "A passkey cannot be the default method: it is offered beside what is asked for",
            "Choose a phone or a source of codes",
        )


def read_name(name: str) -> str:
    """Return a given name without blanks at its ends; raises :class:`BadMethodName`."""
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME_LENGTH or not name.isprintable():
        raise BadMethodName
    return name


@dataclass(frozen=True, slots=True)
class RegisteredMethod:
    """One method that a user has registered.

    ``kind`` is that of the factor (``push``, ``totp``, ``passkey``), ``id`` is unique among the
    user's methods.
    ``name`` is what the user calls it, empty where it has no name. ``created`` and ``last_used``
    are None where they are not stored. ``details`` are what only this kind has, by name: an app
    has ``platform``, ``app_version``, ``device`` (a word of :func:`adapter.decide`) and
    ``decides`` (whether this device decides what the user sees), a source of codes has ``app`` (the
    method of a policy, like ``code_app``), a hardware token its ``serial_number``, a passkey
    ``synced`` (whether it may be copied to the user's other devices), and a temporary access pass
    ``once``, ``starts_at`` and ``expires_at``.
    """

    id: str
    kind: str
    name: str = ""
    created: datetime | None = None
    last_used: datetime | None = None
    details: Mapping[str, str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Methods:
    """All methods of one user: those of each factor, in the order of the factors.

    ``chosen`` is the id that the user or an administrator chose as default, if any.
    """

    registered: tuple[RegisteredMethod, ...]
    chosen: str | None = None

    @property
    def default(self) -> RegisteredMethod | None:
        """The method that is asked for first: the chosen one, else the first phone, else a code.

        It is never a passkey or an access pass, which stand beside what a sign-in asks for.
        """
        possible = [method for method in self.registered if method.kind not in BESIDE]
        chosen = (method for method in possible if method.id == self.chosen)
        return next(chosen, None) or next(iter(possible), None)

    @property
    def device(self) -> str | None:
        """The kind of the device that decides what the user sees, None without any device."""
        deciding = (each for each in self.registered if each.details.get("decides"))
        return next((str(each.details["device"]) for each in deciding), None)

    @property
    def apps(self) -> int:
        """How many apps and activated tokens these are, as :data:`MAX_APPS` counts."""
        return sum(
            method.kind == PUSH or method.details.get("app") in (CODE_APP, HARDWARE_TOKEN)
            for method in self.registered
        )

    def find(self, method_id: str) -> RegisteredMethod | None:
        """Return the method with this id, or None."""
        return next((each for each in self.registered if each.id == method_id), None)

    def of_kind(self, kind: str) -> tuple[RegisteredMethod, ...]:
        """Return the methods of one kind, oldest first; empty without any."""
        return tuple(method for method in self.registered if method.kind == kind)

    def has(self, *kinds: str) -> bool:
        """Say whether the user has a method of any of these kinds."""
        return any(method.kind in kinds for method in self.registered)
