"""The differences between two descriptions of one service provider, as texts for administrators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from idp.saml.certificates import BadCertificate, thumbprint_of
from idp.saml.values import ServiceProvider

MIN_CERTIFICATE_LENGTH = 200
"""Characters in base64: a shorter text is not taken for a certificate."""

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True)
class MetadataChange:
    """One difference: ``what`` is the field, ``value`` its new or removed value."""

    kind: str
    what: str
    value: str


def find_changes(old: ServiceProvider, new: ServiceProvider) -> tuple[MetadataChange, ...]:
    """Return every difference between two descriptions of one service provider."""
    return tuple(
        change
        for field in fields(ServiceProvider)
        for change in _compare(field.name, getattr(old, field.name), getattr(new, field.name))
    )


def _compare(name: str, old: Any, new: Any) -> Iterator[MetadataChange]:
    if isinstance(new, tuple):
        gone, added = (each for each in old if each not in new), (x for x in new if x not in old)
        yield from (MetadataChange(REMOVED, name, format_value(each)) for each in gone)
        yield from (MetadataChange(ADDED, name, format_value(each)) for each in added)
    elif old != new:
        yield MetadataChange(CHANGED, name, f"{format_value(old)} -> {format_value(new)}")


def format_value(value: Any) -> str:
    """Return a value of a description as a text; a certificate is shown by its thumbprint."""
    if isinstance(value, str):
        return _thumbprint(value) or value
    if isinstance(value, bool):
        return "true" if value else "false"
    parts = [(field.name, getattr(value, field.name)) for field in fields(value)]
    first, *others = [(name, part) for name, part in parts if part not in (None, "", False)]
    return " ".join([str(first[1]), *(f"{name}={_shorten(part)}" for name, part in others)])


def _shorten(value: object) -> str:
    return str(value).removeprefix("urn:oasis:names:tc:SAML:2.0:bindings:")


def _thumbprint(value: str) -> str | None:
    try:
        return f"SHA-256 {thumbprint_of(value)}" if len(value) >= MIN_CERTIFICATE_LENGTH else None
    except BadCertificate:
        return None
