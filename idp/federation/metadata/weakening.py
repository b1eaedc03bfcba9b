"""Which changes of metadata make a trust less strict.

A refresh runs without an administrator and trusts whoever controls the URL. So an update that
requires less than before, or sends users to another host, is held back until an administrator
accepts it. All other changes are harmless: a further key, a further address on a known host,
another display name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from idp.saml.certificate_report import is_expired
from idp.saml.certificates import BadCertificate, thumbprint_of
from idp.saml.values import ServiceProvider


def weakened_by(old: ServiceProvider, new: ServiceProvider, now: datetime) -> tuple[str, ...]:
    """Return a sentence without full stop for each point in which *new* is less strict."""
    return (
        *_flags(old, new),
        *_signing_keys(old, new, now),
        *_encryption(old, new),
        *_hosts(old, new),
    )


def _flags(old: ServiceProvider, new: ServiceProvider) -> Iterator[str]:
    if old.authn_requests_signed and not new.authn_requests_signed:
        yield "requests need not be signed any more (AuthnRequestsSigned)"
    if old.want_assertions_signed and not new.want_assertions_signed:
        yield "assertions need not be signed any more (WantAssertionsSigned)"


def _signing_keys(old: ServiceProvider, new: ServiceProvider, now: datetime) -> Iterator[str]:
    """An expired certificate may be removed; removing a valid one needs an administrator."""
    for certificate in old.signing_certificates:
        if certificate not in new.signing_certificates and not is_expired(certificate, now):
            yield f"the signing certificate {_short(certificate)} is gone"


def _encryption(old: ServiceProvider, new: ServiceProvider) -> Iterator[str]:
    if old.encryption_certificates and not new.encryption_certificates:
        yield "there is no key for encryption any more, so that assertions go in the clear"


def _hosts(old: ServiceProvider, new: ServiceProvider) -> Iterator[str]:
    known_origins = set(_origins(old))
    for origin in dict.fromkeys(_origins(new)):
        if origin not in known_origins:
            yield f"an address is on another host, {origin}"


def _origins(provider: ServiceProvider) -> Iterator[str]:
    """Yield scheme, host and port of every address that users are sent to."""
    for field in fields(provider):
        value = getattr(provider, field.name)
        for element in value if isinstance(value, tuple) else (value,):
            yield from map(_origin, _locations(element))


def _locations(element: Any) -> Iterator[str]:
    for name in ("location", "response_location"):
        address = getattr(element, name, None)
        if isinstance(address, str) and address:
            yield address


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _short(certificate: str) -> str:
    try:
        return thumbprint_of(certificate)[:16]
    except BadCertificate:
        return "(unreadable)"
