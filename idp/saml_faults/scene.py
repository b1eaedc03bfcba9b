"""What the stages of a fault are given: everything about one response, or one log-out request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from idp.saml.bindings import post_fields

if TYPE_CHECKING:
    from idp.saml.signing import SigningKey
    from idp.saml.values import Assertion, Encryption, LogoutRequest, SingleLogoutService

IMPOSTOR = "impostor@fault.invalid"
"""Whom forged content names. The server's key never signs it."""
ELSEWHERE = "https://fault.invalid/"
"""The address and identifier of a service provider that does not exist (RFC 6761 §6.4)."""
CUT = 2
"""Characters that a comment cuts off the end of a name."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One response to send: its content, and how the trust wants it signed and encrypted.

    ``key`` signs; ``next_key`` is published and does not sign yet, None without one.
    """

    assertion: Assertion
    response_id: str
    destination: str
    relay_state: str | None
    key: SigningKey
    sign_assertion: bool
    sign_response: bool
    encryption: Encryption | None
    now: datetime
    next_key: SigningKey | None = None

    def with_assertion(self, **values: Any) -> Scene:
        """Return the scene with other values in its assertion."""
        return replace(self, assertion=replace(self.assertion, **values))


@dataclass(frozen=True, slots=True)
class LogOutScene:
    """One LogoutRequest to send to the log-out service ``to``."""

    request: LogoutRequest
    to: SingleLogoutService
    relay_state: str
    key: SigningKey
    now: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the browser takes to the service provider: a form to post, or an address to get."""

    address: str
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def is_form(self) -> bool:
        """Whether it is a form; an address alone is a redirect."""
        return bool(self.fields)


def by_post(xml: bytes, scene: Scene) -> Delivery:
    """Return the form that carries *xml* by the HTTP-POST binding (saml-bindings §3.5)."""
    fields = post_fields(xml, scene.relay_state)
    return Delivery(scene.destination, tuple(fields.items()))


def cut_name(name: str) -> str:
    """Return what is left of a name for a reader that stops at a comment in it."""
    return name[:-CUT]
