"""Addresses of a service provider: which may be registered, and which one an answer goes to."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from idp.saml.refusal import Refused
from idp.saml.values import (
    POST,
    AssertionConsumerService,
    ServiceProvider,
    SingleLogoutService,
)

_PLAIN = re.compile(r"[!-~]+")  # printable ASCII without the space


def address_fault(address: str, *, allow_http: bool = False) -> str | None:
    """Return what is wrong with an address to be registered, or None.

    https, or http where *allow_http*; a host; no user, dot segment, backslash or fragment.
    """
    schemes = ("https", "http") if allow_http else ("https",)
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if not _PLAIN.fullmatch(address) or "\\" in address:
        return "holds a space, a backslash or a letter that is not ASCII"
    if parts.scheme not in schemes:
        return f"is not {' or '.join(schemes)}"
    if not host or "@" in parts.netloc:
        return "has no host, or a user name"
    if {".", ".."} & set(unquote(parts.path).split("/")):
        return "has a dot segment"
    if "#" in address:
        return "has a fragment"
    return None


def default_acs(service_provider: ServiceProvider) -> AssertionConsumerService:
    """Return where answers go that nobody asked otherwise for (saml-metadata §2.4.4)."""
    services = _for_post(service_provider)
    return next((each for each in services if each.is_default), services[0])


def acs_by_url(service_provider: ServiceProvider, url: str) -> AssertionConsumerService:
    """Return the registered service at exactly *url*; AD FS's prefix match is not copied."""
    for service in _for_post(service_provider):
        if service.location == url:
            return service
    raise _not_registered(service_provider)


def acs_by_index(service_provider: ServiceProvider, index: int) -> AssertionConsumerService:
    """Return the registered service of that *index*."""
    for service in _for_post(service_provider):
        if service.index == index:
            return service
    raise _not_registered(service_provider)


def logout_service(
    service_provider: ServiceProvider, binding: str | None = None
) -> SingleLogoutService | None:
    """Return where log-out messages go, by *binding* if there is such a one; None for nowhere."""
    services = service_provider.single_logout_services
    return next((each for each in services if each.binding == binding), next(iter(services), None))


def _for_post(service_provider: ServiceProvider) -> list[AssertionConsumerService]:
    services = [
        each for each in service_provider.assertion_consumer_services if each.binding == POST
    ]
    if not services:
        raise _not_registered(service_provider)
    return services


def _not_registered(service_provider: ServiceProvider) -> Refused:
    return Refused(
        "The requested assertion consumer service is none that "
        f"{service_provider.entity_id} has registered for HTTP-POST",
        "Import the service provider's metadata again, or correct its request",
        code="MSIS3200",
    )
