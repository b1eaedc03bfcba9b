"""A sign-in that is only tried: how the user would have signed in, and from where."""

from __future__ import annotations

from adapter.errors import TallystickError
from idp.federation.request_context import RequestContext, address_of
from idp.saml.contexts import MULTIPLE_AUTHN, PASSWORD_PROTECTED_TRANSPORT

ENDPOINT = "/adfs/ls/"
SOME_PROXY = "proxy"
PUSH = "http://schemas.microsoft.com/ws/2012/12/authmethod/phoneappnotification"


class NoAddress(TallystickError):
    """Raised for a text that is no address."""

    code = "no_address"


def methods_of(*, second_factor: bool) -> tuple[str, ...]:
    """Return the methods of a sign-in by password, and by push where there is a second factor."""
    second = (PUSH, MULTIPLE_AUTHN) if second_factor else ()
    return (PASSWORD_PROTECTED_TRANSPORT, *second)


def request_context_of(address: str, *, extranet: bool) -> RequestContext:
    """Return where a sign-in that is only tried comes from; raises :class:`NoAddress`."""
    known = address_of(address)
    if address and known is None:
        raise NoAddress(f"{address[:80]!r} is no address", "Give one like 203.0.113.9")
    text = "" if known is None else str(known)
    if not extranet:
        return RequestContext(text, endpoint_path=ENDPOINT)
    forwarded = (text,) if text else ()
    return RequestContext("", forwarded, proxy=SOME_PROXY, endpoint_path=ENDPOINT)
