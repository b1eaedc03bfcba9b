"""The registry values of the NPS extension, and how a ``.reg`` file changes them.

They are strings under ``HKLM\\SOFTWARE\\Microsoft\\AzureMfa``. Source: Microsoft's pages "How
number matching works" and "Integrate your existing NPS infrastructure".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Final

from adapter.errors import TallystickError
from adapter.nps_extension import OVERRIDE_NAME, override_warnings
from adapter.sentences import sentence
from idp.nps.reg_file import Entry, Kind, RegFileError, read_entries

KEY: Final = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\AzureMfa"

NAMES: Final[Mapping[str, str]] = {
    # field                name of the value
    "override":            OVERRIDE_NAME,
    "require_user_match":  "REQUIRE_USER_MATCH",
    "ip_whitelist":        "IP_WHITELIST",
}  # fmt: skip

WITHOUT_EFFECT: Final = frozenset(
    {
        "AZURE_MFA_HOSTNAME",
        "AZURE_MFA_RESOURCE_HOSTNAME",
        "AZURE_MFA_TARGET_PATH",
        "CLIENT_CERT_IDENTIFIER",
        "CLIENT_ID",
        "LDAP_ALTERNATE_LOGINID_ATTRIBUTE",
        "LDAP_FORCE_GLOBAL_CATALOG",
        "LDAP_LOOKUP_FORESTS",
        "STS_URL",
        "TENANT_ID",
        "VERBOSE_LOG",
    }
)
"""Values that the extension knows, for what this server does not have or does in its own way."""

UNSET: Final = "unset"
"""How commands and the REST API write a value that is not set."""

MAX_VALUE_LENGTH: Final = 4000
_MAX_QUOTED = 60


class BadRegistryValue(TallystickError):
    """Raised for a value that is too long to be stored."""

    code = "bad_registry_value"


@dataclass(frozen=True, slots=True)
class RegistryValues:
    """The values as they are set; an empty text means that a value is not set.

    What is not written as the extension reads it counts as not set, and :meth:`warnings` says so.
    """

    override: str = ""
    require_user_match: str = ""
    ip_whitelist: str = ""

    @property
    def lets_unenrolled_in(self) -> bool:
        """Whether users without a method for the second factor are let in without it."""
        return self.require_user_match == "FALSE"

    @property
    def whitelisted(self) -> frozenset[str]:
        """The addresses of NAS-IP-Address that skip the second factor, in canonical spelling."""
        return _addresses(self.ip_whitelist)

    def warnings(self) -> tuple[str, ...]:
        """Return a sentence for each value, or part of one, that does not count."""
        return (*override_warnings(self.override), *self._other_warnings())

    def _other_warnings(self) -> Iterator[str]:
        if self.require_user_match not in ("", "TRUE", "FALSE"):
            yield (
                sentence(
                    "REQUIRE_USER_MATCH is {require_user_match}, which counts as unset: "
                    "only TRUE and FALSE in capitals are known.",
                    require_user_match=_quoted(self.require_user_match),
                )
            )
        for part in _parts(self.ip_whitelist):
            if _address(part) is None:
                yield (
                    sentence(
                        "IP_WHITELIST has {part}, which is ignored: only addresses count, "
                        "separated by semicolons, and no ranges.",
                        part=_quoted(part),
                    )
                )


@dataclass(frozen=True, slots=True)
class RegistryChanges:
    """Values to set, by the field of :class:`RegistryValues`; an empty text deletes one.

    ``warnings`` are sentences about what else a file holds.
    """

    values: Mapping[str, str]
    warnings: tuple[str, ...] = ()

    def apply(self, before: RegistryValues) -> RegistryValues:
        """Return the values after the change. Raises :class:`BadRegistryValue`."""
        for field, value in self.values.items():
            if len(value) > MAX_VALUE_LENGTH:
                raise BadRegistryValue(
                    f"{NAMES[field]} has {len(value)} characters",
                    f"Set it to at most {MAX_VALUE_LENGTH}",
                )
        return replace(before, **self.values)


def changes_from_texts(texts: Mapping[str, str | None]) -> RegistryChanges:
    """Return the changes that a command or a form asks for: ``unset`` deletes, None keeps."""
    return RegistryChanges(
        {field: "" if text == UNSET else text for field, text in texts.items() if text is not None}
    )


def values_as_texts(values: RegistryValues) -> dict[str, str]:
    """Return the values by field, with ``unset`` for those that are not set."""
    return {field.name: getattr(values, field.name) or UNSET for field in fields(values)}


def read_reg_file(data: bytes) -> RegistryChanges:
    """Return the changes of a ``.reg`` file that regedit exported or somebody wrote.

    The key and the names are read in any case; other keys are ignored. A value that should be a
    string and is of another type counts as wrong: it is kept in the spelling of the file, such as
    ``dword:00000001``. Raises :class:`~idp.nps.reg_file.RegFileError` with the number of the line.
    """
    changes = _Changes()
    for entry in read_entries(data):
        changes.add(entry)
    if not changes.has_key:
        raise RegFileError(
            f"The .reg file does not hold the key {KEY}",
            "Export that key",
            code="reg_file_without_key",
        )
    return RegistryChanges(changes.values, tuple(changes.warnings()))


class _Changes:
    """Collects what the entries of a file do to the key of the extension."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.has_key = False
        self._types: dict[str, str] = {}
        self._without_effect: set[str] = set()
        self._unknown: dict[str, str] = {}

    def add(self, entry: Entry) -> None:
        ours, key = KEY.lower(), entry.key.lower()
        if entry.kind is Kind.DELETE_KEY and f"{ours}\\".startswith(f"{key}\\"):
            self.has_key = True
            self._types.clear()
            self.values = dict.fromkeys(NAMES, "")
        elif key == ours:
            self.has_key = True
            if entry.kind is not Kind.OPEN_KEY:
                self._set(entry)

    def _set(self, entry: Entry) -> None:
        name = entry.name.upper()
        field = next((field for field, known in NAMES.items() if known == name), None)
        if field is None:
            if name in WITHOUT_EFFECT:
                self._without_effect.add(name)
            else:
                self._unknown.setdefault(name, _quoted(entry.name or "@"))
            return
        self._types.pop(field, None)
        self.values[field] = entry.data
        if entry.kind is Kind.SET_OTHER:
            kind, _, digits = entry.data.partition(":")
            self._types[field] = kind
            self.values[field] = f"{kind}:{digits[:_MAX_QUOTED]}"

    def warnings(self) -> Iterator[str]:
        for field, kind in self._types.items():
            yield sentence(
                "{field} is of the type {kind}, which counts as unset: set a string.",
                field=NAMES[field],
                kind=kind[:20],
            )
        if self._without_effect:
            yield sentence(
                "These values have no effect here: {without_effect}.",
                without_effect=", ".join(sorted(self._without_effect)),
            )
        if self._unknown:
            shown = sorted(self._unknown.values())
            more = f" and {len(shown) - 10} more" if len(shown) > 10 else ""
            yield sentence(
                "These values are not known and are ignored: {shown}{more}.",
                shown=", ".join(shown[:10]),
                more=more,
            )


def _parts(ip_whitelist: str) -> list[str]:
    return [part for each in ip_whitelist.split(";") if (part := each.strip())]


@lru_cache(maxsize=64)  # each request looks at the list of its host, which may be long
def _addresses(ip_whitelist: str) -> frozenset[str]:
    return frozenset(str(each) for part in _parts(ip_whitelist) if (each := _address(part)))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return None if "%" in text else ipaddress.ip_address(text)
    except ValueError:
        return None


def _quoted(text: str) -> str:
    return repr(text[:_MAX_QUOTED])
