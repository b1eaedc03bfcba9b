"""Which changes of metadata are held back until an administrator accepts them.

A refresh runs without an administrator and trusts whoever controls the URL. So a change is held
that requires less than before, sends users to another host, or concerns what identifies the service
provider: its entity ID, its keys and the algorithms announced for them. Only keys and algorithms
may change without an administrator, and only if the metadata is signed by the key that the trust
has pinned. A field that this module does not know is held, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

from idp.saml.certificates import BadCertificate, public_key_pem, thumbprint_of
from idp.saml.usable_keys import MIN_RSA_BITS_OF_OLD_TRUSTS
from idp.saml.values import ServiceProvider

HARMLESS = frozenset({"name_id_formats", "display_name", "warnings"})
"""Fields that may change in any way; of the others below, each says what it holds."""

_FLAGS = {
    # field                    what is no longer required
    "authn_requests_signed":   "requests need not be signed any more (AuthnRequestsSigned)",
    "want_assertions_signed":  "assertions need not be signed any more (WantAssertionsSigned)",
}  # fmt: skip
_ADDRESSES = ("assertion_consumer_services", "single_logout_services")
_KEYS = {"signing_certificates": "signing", "encryption_certificates": "encryption"}
_ALGORITHMS = {
    # field              what it announces
    "sha256_transport":  "RSA-OAEP with SHA-256",
    "oaep11_transport":  "RSA-OAEP of XML Encryption 1.1",
    "aes128_content":    "AES-128 alone",
}  # fmt: skip

_IN_CLEAR = ("there is no key for encryption any more, so that assertions go in the clear",)


def reasons_to_hold(
    old: ServiceProvider, new: ServiceProvider, *, is_signed: bool = False
) -> tuple[str, ...]:
    """Return a sentence without full stop for each change that needs an administrator.

    *is_signed* says that the metadata is signed by the key that the trust has pinned.
    """
    reasons = (
        reason
        for field in fields(ServiceProvider)
        if getattr(old, field.name) != getattr(new, field.name)
        for reason in _reasons(field.name, old, new, is_signed)
    )
    return tuple(dict.fromkeys(reasons))


def _reasons(
    name: str, old: ServiceProvider, new: ServiceProvider, is_signed: bool
) -> Iterable[str]:
    before, after = getattr(old, name), getattr(new, name)
    if name in HARMLESS:
        return ()
    if name in _FLAGS:
        return [_FLAGS[name]] if before else []
    if name in _ADDRESSES:
        return _hosts(old, after)
    if name in _KEYS:
        exchanged = () if is_signed else _exchanged(_KEYS[name], before, after)
        return (*exchanged, *(_IN_CLEAR if name == "encryption_certificates" and not after else ()))
    if name in _ALGORITHMS:
        has_changed = not is_signed and set(_by_key(before)) != set(_by_key(after))
        return [f"{_ALGORITHMS[name]} is announced for other keys"] if has_changed else []
    return [f"{name} has changed"]


def _exchanged(use: str, before: Iterable[str], after: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each key that is new or gone. A new certificate of a key is harmless."""
    old, new = _by_key(before), _by_key(after)
    for key in old.keys() - new.keys():
        yield f"the {use} certificate {_short(old[key])} is gone"
    for key in new.keys() - old.keys():
        yield f"the {use} certificate {_short(new[key])} has a new key"


def _by_key(certificates: Iterable[str]) -> dict[object, str]:
    """Return *certificates* by their keys; one whose key cannot be read stands for itself."""
    return {_key(certificate): certificate for certificate in certificates}


def _key(certificate: str) -> object:
    try:
        return public_key_pem(certificate, MIN_RSA_BITS_OF_OLD_TRUSTS)
    except BadCertificate:
        return certificate


def _hosts(old: ServiceProvider, services: Iterable[Any]) -> Iterator[str]:
    known = {_origin(address) for name in _ADDRESSES for address in _locations(getattr(old, name))}
    for origin in map(_origin, _locations(services)):
        if origin not in known:
            yield f"an address is on another host, {origin}"


def _locations(services: Iterable[Any]) -> Iterator[str]:
    for service in services:
        for name in ("location", "response_location"):
            address = getattr(service, name, None)
            if address:
                yield address


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _short(certificate: str) -> str:
    try:
        return thumbprint_of(certificate)[:16]
    except BadCertificate:
        return "(unreadable)"
