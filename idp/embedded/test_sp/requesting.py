"""The requests that the service provider makes: what the visitor wishes, as a SAML message."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from idp.saml.canonical import instant
from idp.saml.values import POST, REDIRECT

if TYPE_CHECKING:
    from saml2.client import Saml2Client

BINDINGS = {"redirect": REDIRECT, "post": POST}


@dataclass(frozen=True, slots=True)
class Wish:
    """How to ask; ``binding`` is ``redirect`` or ``post``. ``context`` is a class reference."""

    binding: str = "redirect"
    force_authn: bool = False
    is_passive: bool = False
    context: str = ""
    relay_state: str = ""
    signed: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """A request on its way: to *address* by GET, or by POST of the *fields* where there are any."""

    request_id: str
    address: str
    fields: dict[str, str]


def ask(client: Saml2Client, wish: Wish, now: datetime) -> Asked:
    """Let pysaml2 make the request of *wish* and carry it by the binding it names."""
    binding = BINDINGS[wish.binding]
    entity_id = next(iter(client.metadata.with_descriptor("idpsso")))
    _, address = client.pick_binding("single_sign_on_service", [binding], entity_id=entity_id)
    request_id, request = client.create_authn_request(address, sign=False, **_arguments(wish))
    request.issue_instant = instant(now)  # pysaml2 reads the machine's clock, not ours
    if wish.binding == "redirect":
        sent = client.apply_binding(
            binding, str(request), address, relay_state=wish.relay_state, sign=wish.signed
        )
        return Asked(request_id, dict(sent["headers"])["Location"], {})
    message = client.sign(request) if wish.signed else request
    fields = {"SAMLRequest": base64.b64encode(str(message).encode()).decode()}
    if wish.relay_state:
        fields["RelayState"] = wish.relay_state
    return Asked(request_id, address, fields)


def _arguments(wish: Wish) -> dict[str, Any]:
    """Return pysaml2's words for a wish; it wants booleans as text."""
    arguments: dict[str, Any] = {}
    if wish.force_authn:
        arguments["force_authn"] = "true"
    if wish.is_passive:
        arguments["is_passive"] = "true"
    if wish.context:
        arguments["requested_authn_context"] = {"authn_context_class_ref": [wish.context]}
    return arguments
