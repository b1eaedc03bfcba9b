"""A simulated sign-in: the user as if just signed in, by which methods and from where."""

from __future__ import annotations

from datetime import datetime

from adapter.errors import TallystickError
from adapter.mfa.verification.verifier import PHONE_APP_NOTIFICATION
from idp.federation.authenticated_user import AuthenticatedUser, authentication_methods
from idp.federation.claims import Subject
from idp.federation.request_context import RequestContext, parse_address
from idp.saml.contexts import PASSWORD_PROTECTED_TRANSPORT

ENDPOINT = "/adfs/ls/"
PROXY_NAME = "proxy"


class NoAddress(TallystickError):
    """Raised for a text that is not an IP address."""

    code = "no_address"


def simulate_sign_in(
    user: Subject, request_context: RequestContext, now: datetime, *, second_factor: bool
) -> AuthenticatedUser:
    """Return *user* as signed in at *now* by password, and by push with *second_factor*."""
    second = PHONE_APP_NOTIFICATION if second_factor else None
    methods = authentication_methods(PASSWORD_PROTECTED_TRANSPORT, second)
    return AuthenticatedUser(user, methods, now, request_context)


def simulate_request_context(address: str, *, extranet: bool, proxy_ip: str = "") -> RequestContext:
    """Return the context of a request from *address*, through a proxy if from the *extranet*.

    An empty address stays unknown; *proxy_ip* is the proxy's. Raises :class:`NoAddress`.
    """
    parsed = parse_address(address)
    if address and parsed is None:
        raise NoAddress(f"{address[:80]!r} is no address", "Give one like 203.0.113.9")
    text = "" if parsed is None else str(parsed)
    if not extranet:
        return RequestContext(text, endpoint_path=ENDPOINT)
    forwarded = (text,) if text else ()
    return RequestContext(proxy_ip, forwarded, proxy=PROXY_NAME, endpoint_path=ENDPOINT)
