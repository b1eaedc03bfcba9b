"""What the test service provider can put into an AuthnRequest, and the message that is sent."""

from __future__ import annotations

from dataclasses import dataclass

from idp.saml.values import POST, REDIRECT

BINDINGS = {"redirect": REDIRECT, "post": POST}


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What a request asks for (saml-core §3.4.1).

    ``binding`` is a key of :data:`BINDINGS`; ``context`` is the class reference of a
    RequestedAuthnContext, empty for none.
    """

    binding: str = "redirect"
    force_authn: bool = False
    is_passive: bool = False
    context: str = ""
    relay_state: str = ""
    signed: bool = True


@dataclass(frozen=True, slots=True)
class OutgoingRequest:
    """A request to send: by GET to *address*, or by POST of *fields* if there are any."""

    request_id: str
    address: str
    fields: dict[str, str]
