"""The attribute store "Active Directory": users of our directory, by LDAP's attribute names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from idp.federation.claims import attribute_values, group_sid, primary_sid

if TYPE_CHECKING:
    from idp.federation.claims import Subject

NAME = "Active Directory"


def _domain(user: Subject) -> str:
    return user.windows_account_name.partition("\\")[0]


def _account(user: Subject) -> str:
    return user.windows_account_name.partition("\\")[2]


def _dns_domain(user: Subject) -> str:
    return user.upn.partition("@")[2]


_ATTRIBUTES: dict[str, Callable[[Subject], tuple[str, ...]]] = {
    # attribute                            values
    "mail":                                lambda user: (user.email,),
    "userPrincipalName":                   lambda user: (user.upn,),
    "sAMAccountName":                      lambda user: (_account(user),),
    "objectSid":                           lambda user: (primary_sid(user),),
    "displayName":                         lambda user: (user.display_name,),
    "cn":                                  lambda user: (user.display_name or _account(user),),
    "name":                                lambda user: (user.display_name or _account(user),),
    "tokenGroups":                         lambda user: user.groups,
    "tokenGroups(domainQualifiedName)":    lambda user: tuple(
        f"{_domain(user)}\\{group}" for group in user.groups
    ),
    "tokenGroups(longDomainQualifiedName)": lambda user: tuple(
        f"{_dns_domain(user)}\\{group}" for group in user.groups
    ),
    "tokenGroups(SID)":                    lambda user: tuple(map(group_sid, user.groups)),
}  # fmt: skip

_BY_LOWER_NAME = {name.lower(): values for name, values in _ATTRIBUTES.items()}

ATTRIBUTES = tuple(_ATTRIBUTES)
"""The attributes that every user has; any other has the values that the directory has for it."""


def is_known(attribute: str) -> bool:
    """Say whether every user has an attribute; as in LDAP, names are not case-sensitive."""
    return attribute.lower() in _BY_LOWER_NAME


def issue_no_name(name_id_format: str) -> None:
    """Return no opaque NameID: for rules that are only evaluated for a decision."""


class DirectoryStore:
    """The attributes of the user who signs in; *opaque_name* makes the user's opaque NameIDs."""

    def __init__(
        self, user: Subject, opaque_name: Callable[[str], str | None] = issue_no_name
    ) -> None:
        self._user = user
        self.opaque_name = opaque_name

    def values(self, attribute: str) -> tuple[str, ...]:
        """Return the values of an attribute of the user, empty if there are none."""
        values = _BY_LOWER_NAME.get(attribute.lower())
        if values is None:
            return attribute_values(self._user, attribute)
        return tuple(filter(None, values(self._user)))
