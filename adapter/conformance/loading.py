"""Checks an adapter until it is loaded: making it, its metadata, its configuration."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping

from adapter.conformance.rules import Findings, one_line
from adapter.contract import (
    IDENTITY_CLAIMS,
    Adapter,
    AdapterMetadata,
    AuthenticationMethodConfigData,
    Rehearses,
)

MEMBERS = (
    "metadata",
    "on_authentication_pipeline_load",
    "on_authentication_pipeline_unload",
    "is_available_for_user",
    "begin_authentication",
    "try_end_authentication",
    "on_error",
)
PROGRAM_ERRORS = (
    AttributeError,
    TypeError,
    LookupError,
    NameError,
    AssertionError,
    UnicodeError,
)
"""Errors that show a mistake in the adapter and tell an administrator nothing."""

_URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s]+", re.IGNORECASE | re.ASCII)


def make(factory: Callable[[], Adapter], findings: Findings) -> Adapter | None:
    """Return an adapter with all members and complete metadata, or None and a finding."""
    try:
        adapter = factory()
    except Exception as error:
        findings.add("made_without_arguments", one_line(error))
        return None
    missing = [name for name in MEMBERS if not _has(adapter, name)]
    if missing:
        findings.add("has_every_member", f"no {', '.join(missing)}")
        return None
    return adapter if _check_metadata(adapter, findings) else None


def rehearses(adapter: Adapter, findings: Findings) -> bool:
    """Tell an adapter that can rehearse to do so; returns False, and a finding, if it fails."""
    if not isinstance(adapter, Rehearses):
        return True
    try:
        adapter.rehearse()
    except Exception as error:
        findings.add("rehearses", one_line(error))
        return False
    return True


def refuses_clearly(adapter: Adapter, findings: Findings) -> None:
    """Load it without a configuration: that may fail, but with a sentence that says why."""
    try:
        adapter.on_authentication_pipeline_load(AuthenticationMethodConfigData(None))
    except Exception as error:
        if not _is_clear(error):
            findings.add("refuses_clearly", one_line(error))


def loads(adapter: Adapter, config: bytes | None, findings: Findings) -> bool:
    """Load it with the configuration that the kit was given, if any; return whether it loads."""
    try:
        adapter.on_authentication_pipeline_load(AuthenticationMethodConfigData(config))
    except Exception as error:
        is_unclear = config is None and not _is_clear(error)
        findings.add("refuses_clearly" if is_unclear else "loads", one_line(error))
        return False
    return True


def unloads(adapter: Adapter, findings: Findings) -> None:
    """Unload it, as a node does when it stops."""
    try:
        adapter.on_authentication_pipeline_unload()
    except Exception as error:
        findings.add("unloads", one_line(error))


def _is_clear(error: Exception) -> bool:
    return bool(str(error).strip()) and not isinstance(error, PROGRAM_ERRORS)


def _has(adapter: object, name: str) -> bool:
    member = inspect.getattr_static(adapter, name, None)
    return member is not None if name == "metadata" else callable(getattr(adapter, name, None))


def _check_metadata(adapter: Adapter, findings: Findings) -> bool:
    try:
        metadata = adapter.metadata
    except Exception as error:
        findings.add("metadata_is_complete", one_line(error))
        return False
    if not isinstance(metadata, AdapterMetadata):
        findings.add("metadata_is_complete", f"a {type(metadata).__name__}")
        return False
    odd = [name for name, is_right in _fields(metadata).items() if not is_right]
    for name in odd:
        findings.add("metadata_is_complete", f"{name} is {getattr(metadata, name)!r}"[:200])
    if odd:
        return False
    _check_values(metadata, findings)
    return True


def _fields(metadata: AdapterMetadata) -> Mapping[str, bool]:
    return {
        "admin_name": isinstance(metadata.admin_name, str) and bool(metadata.admin_name.strip()),
        "authentication_methods": _are(metadata.authentication_methods, str),
        "identity_claims": _are(metadata.identity_claims, str),
        "available_lcids": _are(metadata.available_lcids, int),
        "friendly_names": _names(metadata.friendly_names),
        "descriptions": _names(metadata.descriptions),
        "requires_identity": isinstance(metadata.requires_identity, bool),
    }


def _are(values: object, kind: type) -> bool:
    return isinstance(values, tuple) and bool(values) and all(type(v) is kind for v in values)


def _names(names: object) -> bool:
    return isinstance(names, Mapping) and all(
        type(lcid) is int and isinstance(name, str) and bool(name.strip())
        for lcid, name in names.items()
    )


def _check_values(metadata: AdapterMetadata, findings: Findings) -> None:
    for method in metadata.authentication_methods:
        if not _URI.fullmatch(method):
            findings.add("methods_are_uris", repr(method))
    if metadata.identity_claims[0] not in IDENTITY_CLAIMS:
        findings.add("identity_claim_is_allowed", metadata.identity_claims[0])
    for lcid in metadata.available_lcids:
        if lcid not in metadata.friendly_names or lcid not in metadata.descriptions:
            findings.add("languages_are_described", f"nothing for LCID {lcid}")
    if not metadata.requires_identity:
        findings.add("requires_identity", "requires_identity is False")
