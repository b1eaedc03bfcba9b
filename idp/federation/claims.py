"""Claims: the claim types with their short names, and the claims of users and sign-ins.

The types are those of AD FS (``Get-AdfsClaimDescription``), always ``http://``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapter.contract import (
    AUTHENTICATION_METHOD,
    EMAIL_ADDRESS,
    PRIMARY_SID,
    UPN,
    WINDOWS_ACCOUNT_NAME,
)
from idp.federation.security_ids import security_id
from idp.saml.canonical import instant
from idp.saml.values import EMAIL, PERSISTENT, TRANSIENT, UNSPECIFIED

AD_AUTHORITY = "AD AUTHORITY"
"""The issuer of claims from the directory."""
LOCAL_AUTHORITY = "LOCAL AUTHORITY"
"""The issuer of claims that a rule makes up."""

_IDENTITY = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_WINDOWS = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"
_CONTEXT = "http://schemas.microsoft.com/2012/01/requestcontext/claims/"
_PROPERTY = "http://schemas.xmlsoap.org/ws/2005/05/identity/claimproperties/"

NAME = f"{_IDENTITY}name"
GIVEN_NAME = f"{_IDENTITY}givenname"
SURNAME = f"{_IDENTITY}surname"
NAME_IDENTIFIER = f"{_IDENTITY}nameidentifier"
GROUP = "http://schemas.xmlsoap.org/claims/Group"
GROUP_SID = f"{_WINDOWS}groupsid"
ROLE = f"{_WINDOWS}role"
AUTHENTICATION_INSTANT = f"{_WINDOWS}authenticationinstant"
AUTHENTICATION_METHODS_REFERENCES = "http://schemas.microsoft.com/claims/authnmethodsreferences"
AUTHENTICATION_METHODS_PROVIDERS = "http://schemas.microsoft.com/claims/authnmethodsproviders"
INSIDE_CORPORATE_NETWORK = "http://schemas.microsoft.com/ws/2012/01/insidecorporatenetwork"
PERMIT = "http://schemas.microsoft.com/authorization/claims/permit"
DENY = "http://schemas.microsoft.com/authorization/claims/deny"

CLAIM_TYPES = {
    # name                    claim type
    "upn":                    UPN,
    "emailaddress":           EMAIL_ADDRESS,
    "name":                   NAME,
    "givenname":              GIVEN_NAME,
    "surname":                SURNAME,
    "nameid":                 NAME_IDENTIFIER,
    "ppid":                   f"{_IDENTITY}privatepersonalidentifier",
    "commonname":             "http://schemas.xmlsoap.org/claims/CommonName",
    "group":                  GROUP,
    "adfs1-email":            "http://schemas.xmlsoap.org/claims/EmailAddress",
    "adfs1-upn":              "http://schemas.xmlsoap.org/claims/UPN",
    "role":                   ROLE,
    "windowsaccountname":     WINDOWS_ACCOUNT_NAME,
    "primarysid":             PRIMARY_SID,
    "primarygroupsid":        f"{_WINDOWS}primarygroupsid",
    "groupsid":               GROUP_SID,
    "denyonlysid":            f"{_IDENTITY}denyonlysid",
    "denyonlyprimarysid":     f"{_WINDOWS}denyonlyprimarysid",
    "denyonlyprimarygroupsid": f"{_WINDOWS}denyonlyprimarygroupsid",
    "authenticationmethod":   AUTHENTICATION_METHOD,
    "authenticationinstant":  AUTHENTICATION_INSTANT,
    "authnmethodsreferences": AUTHENTICATION_METHODS_REFERENCES,
    "authnmethodsproviders":  AUTHENTICATION_METHODS_PROVIDERS,
    "insidecorporatenetwork": INSIDE_CORPORATE_NETWORK,
    "psso":                   "http://schemas.microsoft.com/2014/03/psso",
    "passwordexpirationtime": "http://schemas.microsoft.com/ws/2012/01/passwordexpirationtime",
    "x-ms-client-ip":         f"{_CONTEXT}x-ms-client-ip",
    "x-ms-forwarded-client-ip": f"{_CONTEXT}x-ms-forwarded-client-ip",
    "x-ms-proxy":             f"{_CONTEXT}x-ms-proxy",
    "x-ms-client-user-agent": f"{_CONTEXT}x-ms-client-user-agent",
    "x-ms-client-application": f"{_CONTEXT}x-ms-client-application",
    "x-ms-endpoint-absolute-path": f"{_CONTEXT}x-ms-endpoint-absolute-path",
    "userip":                 f"{_CONTEXT}userip",
    "permit":                 PERMIT,
    "deny":                   DENY,
}  # fmt: skip
"""The claim types that have a short name. Rules may use both."""

FORMAT = f"{_PROPERTY}format"
"""The property with the format of a NameID."""
NAME_QUALIFIER = f"{_PROPERTY}namequalifier"
SP_NAME_QUALIFIER = f"{_PROPERTY}spnamequalifier"
ATTRIBUTE_NAME_FORMAT = f"{_PROPERTY}attributename"
"""The property with the NameFormat of an attribute."""

NAME_ID_FORMATS = {
    "unspecified":  UNSPECIFIED,
    "emailAddress": EMAIL,
    "persistent":   PERSISTENT,
    "transient":    TRANSIENT,
}  # fmt: skip
"""The supported NameID formats, by the short names that settings and rules may use."""

_SHORT_NAMES = {uri: name for name, uri in CLAIM_TYPES.items()}
_LITERAL = "literal:"
_SID = re.compile(r"S-1(-\d{1,15}){1,16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement about a user; ``properties`` are pairs of a URI and a text."""

    type: str
    value: str
    issuer: str = AD_AUTHORITY
    properties: tuple[tuple[str, str], ...] = ()

    def property(self, name: str) -> str | None:
        """Return one property, or None."""
        return dict(self.properties).get(name)


class Subject(Protocol):
    """A user that claims are about, from any directory."""

    @property
    def upn(self) -> str:
        """The user principal name."""

    @property
    def display_name(self) -> str:
        """The full name, or empty."""

    @property
    def email(self) -> str:
        """The mail address, or empty."""

    @property
    def windows_account_name(self) -> str:
        """``DOMAIN\\user``."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of the user's groups."""

    @property
    def attributes(self) -> Mapping[str, tuple[str, ...]]:
        """The values of further attributes, by LDAP name."""

    @property
    def security_id(self) -> str:
        """The user's security identifier; empty if it follows from the UPN."""


def claim_type(name: str) -> str:
    """Return the claim type of a short name; any other *name* is a claim type itself.

    ``literal:NAME`` is the claim type ``NAME``, even if that is a short name.
    """
    if name.startswith(_LITERAL):
        return name.removeprefix(_LITERAL)
    return CLAIM_TYPES.get(name.lower(), name)


def short_name(type_: str) -> str:
    """Return the shortest name that :func:`claim_type` reads as *type_*."""
    name = _SHORT_NAMES.get(type_, type_)
    return name if claim_type(name) == type_ else _LITERAL + type_


def identity_claims(user: Subject) -> tuple[Claim, ...]:
    """Return the claims of a user of the directory; empty values are left out."""
    values = {
        WINDOWS_ACCOUNT_NAME: (user.windows_account_name,),
        NAME: (user.display_name,),
        GIVEN_NAME: attribute_values(user, "givenName"),
        SURNAME: attribute_values(user, "sn"),
        UPN: (user.upn,),
        EMAIL_ADDRESS: (user.email,),
        PRIMARY_SID: (primary_sid(user),),
        GROUP: user.groups,
        GROUP_SID: map(group_sid, user.groups),
    }
    return tuple(_claims(values.items()))


def method_claims(methods: Iterable[str]) -> tuple[Claim, ...]:
    """Return one claim ``authnmethodsreferences`` for each authentication method."""
    return tuple(Claim(AUTHENTICATION_METHODS_REFERENCES, method) for method in methods)


def sign_in_claims(methods: Sequence[str], at: datetime) -> tuple[Claim, ...]:
    """Return the claims of a sign-in: its primary method, its instant, and all methods."""
    return (
        *(Claim(AUTHENTICATION_METHOD, method) for method in methods[:1]),
        Claim(AUTHENTICATION_INSTANT, instant(at)),
        *method_claims(methods),
    )


def attribute_values(user: Subject, attribute: str) -> tuple[str, ...]:
    """Return the values of a user's attribute; as in LDAP, names are not case-sensitive."""
    wanted = attribute.lower()
    return next((user.attributes[name] for name in user.attributes if name.lower() == wanted), ())


def primary_sid(user: Subject) -> str:
    """Return the security identifier of a user, which stays the same when the user is renamed."""
    return user.security_id or security_id(user.upn)


@functools.lru_cache(maxsize=4096)
def group_sid(name: str) -> str:
    """Return the identifier of a group; a name that is an identifier stays as it is."""
    return name if _SID.fullmatch(name) else security_id(f"group {name}")


def _claims(values: Iterable[tuple[str, Iterable[str]]]) -> Iterator[Claim]:
    for type_, given in values:
        for value in dict.fromkeys(given):
            if value:
                yield Claim(type_, value)
