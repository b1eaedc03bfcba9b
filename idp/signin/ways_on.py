"""Where users go on from a page on which nothing else leads on, and administrators from errors."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.signin.address import Address
from idp.signin.destination import SECURITY_INFO
from idp.signin.paths import LIST, TRACE
from idp.web.cookies import ADMIN_LINKS
from idp.web.web_request import WebRequest

TO_APPLICATION = "Back to the application"
TO_LIST = "Choose an application"
TO_REGISTER = "Set up a sign-in method"


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where a user can go on from a page on which nothing else leads on: a link and its text."""

    address: str
    text: str


def way_back(trust: RelyingPartyTrust | None, *, lists_applications: bool) -> WayBack | None:
    """Return the way to the application of *trust*, else to the list of applications if it is on.

    The application is at the origin of an address that its metadata registered; nothing that a
    request brings decides where the link leads.
    """
    services = trust.service_provider.assertion_consumer_services if trust else ()
    if services:
        default = next((each for each in services if each.is_default), services[0])
        parts = urlsplit(default.location)
        return WayBack(f"{parts.scheme}://{parts.netloc}/", TO_APPLICATION)
    return WayBack(LIST, TO_LIST) if lists_applications else None


def way_to_register(address: Address) -> WayBack:
    """Return the way to security info for a user without a method; it leads back to *address*.

    AD FS registers nobody itself: administrators let its page point to where users do.
    """
    return WayBack(f"{SECURITY_INFO}?continue={quote(address.path, safe='/')}", TO_REGISTER)


def way_to_trace(request: WebRequest) -> str:
    """Return where administrators find the steps of *request*; empty in all other browsers.

    Also empty while nothing is recorded.
    """
    is_recorded = request.activity.recording is not None
    return TRACE + request.activity.id if is_recorded and ADMIN_LINKS in request.cookies else ""
