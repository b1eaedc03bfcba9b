"""Addresses of a service provider: which may be registered, and which one receives an answer."""

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

MAX_SHOWN = 5
"""Registered addresses that a refusal names."""
MAX_SHOWN_LENGTH = 200

_PLAIN = re.compile(r"[!-~]+")  # printable ASCII without the space


def address_fault(address: str, *, allow_http: bool = False) -> str | None:
    """Return what is wrong with an address that is to be registered, None if nothing is.

    It must be https (or http if *allow_http*) and have a host, but no user name, dot segment,
    backslash or fragment.
    """
    if not address:
        return "is missing"
    schemes = ("https", "http") if allow_http else ("https",)
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if not _PLAIN.fullmatch(address) or "\\" in address:
        return "holds a space, a backslash or a letter that is not ASCII"
    if parts.scheme == "http" and not allow_http:
        return "is not https (trusts.allow_http = true accepts it)"
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
    """Return the service for answers if the request names none (saml-metadata §2.4.4)."""
    services = _for_post(service_provider)
    return next((service for service in services if service.is_default), services[0])


def acs_by_url(service_provider: ServiceProvider, url: str) -> AssertionConsumerService:
    """Return the registered service at exactly *url*. AD FS would also accept a longer URL."""
    for service in _for_post(service_provider):
        if service.location == url:
            return service
    raise _not_registered(service_provider, f"at {url[:MAX_SHOWN_LENGTH]!r}")


def acs_by_index(service_provider: ServiceProvider, index: int) -> AssertionConsumerService:
    """Return the registered service with this *index*."""
    for service in _for_post(service_provider):
        if service.index == index:
            return service
    raise _not_registered(service_provider, f"with the index {index}")


def logout_service(
    service_provider: ServiceProvider, binding: str | None = None
) -> SingleLogoutService | None:
    """Return the service for log-out messages, by *binding* if possible; None if there is none."""
    services = service_provider.single_logout_services
    by_binding = (service for service in services if service.binding == binding)
    return next(by_binding, next(iter(services), None))


def _for_post(service_provider: ServiceProvider) -> list[AssertionConsumerService]:
    services = [
        service
        for service in service_provider.assertion_consumer_services
        if service.binding == POST
    ]
    if not services:
        raise _not_registered(service_provider, "for HTTP-POST")
    return services


def _not_registered(service_provider: ServiceProvider, asked_for: str) -> Refused:
    """Return a refusal that names what was asked for and what is registered.

    The mistake is mostly one letter, so that whoever reads the page can see it.
    """
    known = [
        f"{each.location[:MAX_SHOWN_LENGTH]} (index {each.index})"
        for each in service_provider.assertion_consumer_services
        if each.binding == POST
    ]
    more = f" and {len(known) - MAX_SHOWN} more" if len(known) > MAX_SHOWN else ""
    registered = ", ".join(known[:MAX_SHOWN]) + more
    return Refused(
        f"The request asks for an assertion consumer service {asked_for}, but "
        f"{service_provider.entity_id} has registered {registered or 'none for HTTP-POST'}",
        "Import the service provider's metadata again, or correct its request",
        code="MSIS3200",
    )
