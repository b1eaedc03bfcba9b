"""The attributes that a trust without claim rules receives.

AD FS issues nothing until rules say so. Here a trust without settings receives what most service
providers need. The claim types are AD FS's own (``Get-AdfsClaimDescription``), always ``http://``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import product

from adapter.contract import EMAIL_ADDRESS, UPN
from idp.federation.claims import (
    AUTHENTICATION_METHODS_REFERENCES,
    GIVEN_NAME,
    GROUP,
    NAME,
    SURNAME,
    Subject,
    attribute_values,
)
from idp.federation.relying_party.setting_types import PLACEHOLDER
from idp.federation.relying_party.trust import RelyingPartyTrust
from idp.saml.values import Attribute

OFFERED = (
    # claim type                         friendly name
    (EMAIL_ADDRESS,                      "E-Mail Address"),
    (NAME,                               "Name"),
    (GIVEN_NAME,                         "Given Name"),
    (SURNAME,                            "Surname"),
    (UPN,                                "UPN"),
    (GROUP,                              "Group"),
    (AUTHENTICATION_METHODS_REFERENCES,  "Authentication Methods References"),
)  # fmt: skip
"""The attributes that our metadata announces."""


def default_attributes(
    user: Subject,
    trust: RelyingPartyTrust,
    *,
    methods: tuple[str, ...],
) -> tuple[Attribute, ...]:
    """Return the attributes that *trust* receives about *user*, who signed in by *methods*.

    Empty values are left out. An attribute in the trust's settings replaces the default one of the
    same name.
    """
    values = {
        EMAIL_ADDRESS: (user.email,),
        NAME: (user.display_name,),
        GIVEN_NAME: attribute_values(user, "givenName"),
        SURNAME: attribute_values(user, "sn"),
        UPN: (user.upn,),
        GROUP: user.groups,
        AUTHENTICATION_METHODS_REFERENCES: methods,
    }
    for name, templates in trust.settings.attributes.items():
        values[name] = tuple(_expanded(templates, _placeholders(user)))
    return tuple(_attributes(values))


def _placeholders(user: Subject) -> Mapping[str, tuple[str, ...]]:
    return {
        "upn": (user.upn,),
        "emailaddress": (user.email,),
        "name": (user.display_name,),
        "givenname": attribute_values(user, "givenName"),
        "surname": attribute_values(user, "sn"),
        "windowsaccountname": (user.windows_account_name,),
        "group": user.groups,
    }


def _expanded(templates: Iterable[str], values: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Fill in the placeholders; a group gives as many values as there are groups.

    What is filled in is never looked at again, so a group named ``{upn}`` stays that.
    """
    for template in templates:
        names = tuple(dict.fromkeys(PLACEHOLDER.findall(template)))
        for chosen in product(*(tuple(filter(None, values[name])) for name in names)):
            yield _filled(template, dict(zip(names, chosen, strict=True)))


def _filled(template: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values[found[1]], template)


def _attributes(values: Mapping[str, Collection[str]]) -> Iterator[Attribute]:
    for name, given in values.items():
        if any(given):
            yield Attribute(name, tuple(filter(None, dict.fromkeys(given))))
