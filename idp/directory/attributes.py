"""Attributes of a user by their LDAP names, as AD FS's store "Active Directory" knows them.

Beside the well-known names an administrator may choose any. As in LDAP, letters of a name may be in
any case, and an attribute may have several values. ``mail`` and ``displayName`` are fields of
:class:`~idp.directory.users.User` and set those. What follows from name and groups cannot be set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from adapter.sentences import sentence
from idp.directory.errors import DirectoryError
from idp.directory.users import User
from idp.saml.canonical import is_writable

WELL_KNOWN = (
    "givenName", "sn", "initials", "title", "department", "company", "division", "description",
    "employeeID", "employeeNumber", "employeeType", "telephoneNumber", "mobile", "homePhone",
    "facsimileTelephoneNumber", "ipPhone", "pager", "physicalDeliveryOfficeName", "streetAddress",
    "postOfficeBox", "postalCode", "l", "st", "c", "co", "preferredLanguage", "manager", "info",
    "wWWHomePage", "uid", "personalTitle", "middleName", "generationQualifier",
    *(f"extensionAttribute{number}" for number in range(1, 16)),
)  # fmt: skip
"""Attributes of a user in Active Directory, in their usual spelling."""

FIELDS = {"mail": "email", "displayName": "display_name"}
"""The attributes that are fields of a user."""

_RENAME = "Rename the user: tallystick user rename NAME NEW"
_GROUPS = "Change the groups: tallystick user set NAME --add-group GROUP"
_DISPLAY_NAME = "Set displayName, which it follows"
_PASSWORD = "Set a password: tallystick user passwd NAME"  # noqa: S105  # a sentence
_SWITCH = "Use tallystick user disable NAME, or user enable NAME"
_OWN = "Tallystick makes it; a user keeps it when renamed"
DERIVED = {
    # attribute                            what to do instead
    "userPrincipalName":                   _RENAME,
    "sAMAccountName":                      _RENAME,
    "distinguishedName":                   _RENAME,
    "cn":                                  _DISPLAY_NAME,
    "name":                                _DISPLAY_NAME,
    "tokenGroups":                         _GROUPS,
    "memberOf":                            _GROUPS,
    "primaryGroupID":                      _GROUPS,
    "objectSid":                           _OWN,
    "objectGUID":                          _OWN,
    "userPassword":                        _PASSWORD,
    "unicodePwd":                          _PASSWORD,
    "userAccountControl":                  _SWITCH,
}  # fmt: skip
"""The attributes that cannot be set."""

NO_ATTRIBUTES: Mapping[str, str | Sequence[str]] = MappingProxyType({})

MAX_ATTRIBUTES = 64
MAX_VALUES = 64
"""Values of one attribute."""
MAX_VALUE_LENGTH = 1024
MAX_TOTAL_LENGTH = 16 * 1024
"""Characters in all names and values of one user, since every sign-in reads them."""
MAX_FIELD_LENGTH = 256

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}", re.ASCII)
_WELL_KNOWN = frozenset(map(str.lower, (*WELL_KNOWN, *FIELDS)))
_SPELLINGS = {name.lower(): name for name in (*WELL_KNOWN, *FIELDS, *DERIVED)}


def is_name(name: str) -> bool:
    """Say whether an attribute may have this name: letters, digits and ``-``, at most 64."""
    return _NAME.fullmatch(name) is not None


def is_well_known(name: str) -> bool:
    """Say whether Active Directory has such an attribute; letters in any case."""
    return name.lower() in _WELL_KNOWN


def gather(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the values of each attribute; one that has only empty values has none."""
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).extend([value] if value else [])
    return {name: tuple(values) for name, values in gathered.items()}


def as_values(given: Mapping[str, str | Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return attributes whose values are given as one text or as a list of texts."""
    return gather(
        (name, value)
        for name, values in given.items()
        for value in ((values,) if isinstance(values, str) else (*values, ""))
    )


def change_attributes(user: User, changes: Mapping[str, Sequence[str]]) -> User:
    """Return *user* with other attributes; one without values is removed.

    Raises :class:`DirectoryError` (``bad_attribute``) with every fault.
    """
    faults = list(find_faults(changes))
    changed = user if faults else _merge(user, changes)
    faults += _total_faults(changed.attributes)
    if faults:
        raise DirectoryError(
            sentence(
                "The attributes are not changed: {faults}", faults="; ".join(dict.fromkeys(faults))
            ),
            remedy_for(changes),
            code="bad_attribute",
        )
    return changed


def remedy_for(names: Iterable[str]) -> str:
    """Return what to do if attributes of these names cannot be set."""
    remedies = (DERIVED.get(_SPELLINGS.get(name.lower(), name)) for name in names)
    return next(filter(None, remedies), "Give attributes like telephoneNumber=5550100")


def find_faults(given: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield a sentence for each name or value that an attribute cannot have."""
    seen = set()
    for name, values in given.items():
        if not is_name(name):
            yield f"{name[:80]!r} is not the LDAP name of an attribute"
            continue
        spelled = _SPELLINGS.get(name.lower(), name)
        if spelled in DERIVED:
            yield f"{spelled} cannot be set"
        if name.lower() in seen:
            yield f"{spelled} is given twice"
        seen.add(name.lower())
        yield from _value_faults(spelled, values)
    yield from _total_faults(given)


def _value_faults(name: str, values: Sequence[str]) -> Iterator[str]:
    is_field = name in FIELDS
    longest = MAX_FIELD_LENGTH if is_field else MAX_VALUE_LENGTH
    most = 1 if is_field else MAX_VALUES
    if len(values) > most:
        yield f"{name} has more than {most} value{'' if is_field else 's'}"
    if any(len(value) > longest for value in values):
        yield f"{name} is longer than {longest} characters"
    fits = str.isprintable if is_field else is_writable
    if not all(map(fits, values)):
        yield f"{name} contains characters that an assertion cannot carry"


def _merge(user: User, changes: Mapping[str, Sequence[str]]) -> User:
    kept = dict(user.attributes)
    fields = {"mail": user.email, "displayName": user.display_name}
    for name, given in changes.items():
        values = tuple(dict.fromkeys(filter(None, given)))
        spelled = _SPELLINGS.get(name.lower(), name)
        if spelled in FIELDS:
            fields[spelled] = next(iter(values), "")
            continue
        stored = next((each for each in kept if each.lower() == name.lower()), spelled)
        kept.pop(stored, None)
        if values:
            kept[stored] = values
    return replace(user, attributes=kept, email=fields["mail"], display_name=fields["displayName"])


def _total_faults(attributes: Mapping[str, Sequence[str]]) -> Iterator[str]:
    total = sum(len(name) + sum(map(len, values)) for name, values in attributes.items())
    if len(attributes) > MAX_ATTRIBUTES or total > MAX_TOTAL_LENGTH:
        yield f"a user has at most {MAX_ATTRIBUTES} attributes of {MAX_TOTAL_LENGTH} characters"
