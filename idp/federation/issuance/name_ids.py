"""Chooses the NameID for a user and a relying party, or refuses the request.

The value of an ``unspecified`` NameID is the UPN, that of an ``emailAddress`` the mail address, or
the UPN if the user has none. Persistent and transient NameIDs reveal nothing about the user
(saml-core §8.3.7, §8.3.8): a persistent one stays the same for each trust and user, a transient one
is new at every sign-in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from idp.federation.claims import NAME_ID_FORMATS
from idp.federation.issuance.opaque_names import opaque_name
from idp.federation.relying_party.setting_types import NO_NAME_ID
from idp.saml import uris
from idp.saml.refusal import Refused
from idp.saml.values import EMAIL, PERSISTENT, TRANSIENT, UNSPECIFIED, NameID, NameIDPolicy

if TYPE_CHECKING:
    from idp.federation.claims import Subject
    from idp.federation.relying_party.trust import RelyingPartyTrust


class PersistentNames(Protocol):
    """Storage of persistent NameIDs: one for each user and service provider."""

    def persistent(self, trust: str, user: str, *, create: bool) -> str | None:
        """Return the NameID of *user* at *trust*, always the same one.

        If there is none yet, it is made if *create* is true; otherwise returns None.
        """


def choose_format(trust: RelyingPartyTrust, policy: NameIDPolicy) -> str | None:
    """Return the requested format, or the setting's, or the first supported one of the metadata.

    None means no NameID. A request for ``unspecified`` leaves the choice to the setting as well
    (saml-core §3.4.1.1). Raises :class:`Refused` (Requester/InvalidNameIDPolicy) if the request
    asks for a format that is not supported, for any format at a trust whose setting is ``none``, or
    for the user's name at another service provider.
    """
    check_qualifier(trust, policy)
    asked, set_ = policy.format, trust.settings.name_id_format
    if asked in (None, UNSPECIFIED):
        return _configured_format(trust, asked)
    if asked not in NAME_ID_FORMATS.values() or set_ == NO_NAME_ID:
        raise _not_given("The request asks for a NameID format that this trust is not given")
    return asked


def check_qualifier(trust: RelyingPartyTrust, policy: NameIDPolicy) -> None:
    """Raise :class:`Refused` if *policy* asks for the name at another service provider."""
    if policy.sp_name_qualifier not in (None, "", trust.entity_id, *trust.settings.identifiers):
        raise _not_given("The request asks for the user's name at another service provider")


def choose_issued_name_id(
    issued: Sequence[NameID], trust: RelyingPartyTrust, policy: NameIDPolicy, *, issuer: str
) -> NameID | None:
    """Return the first NameID among those that claim rules *issued* that the request accepts.

    Returns None if the rules issue none and the request asks for no format. A persistent NameID
    without qualifiers gets ours. Raises :class:`Refused` if the request accepts none of them.
    """
    check_qualifier(trust, policy)
    asked = None if policy.format == UNSPECIFIED else policy.format
    name_id = next((name for name in issued if asked in (None, name.format)), None)
    if name_id is None and asked is not None:
        raise _not_given("The trust's rules issue no NameID of the format that is asked for")
    if name_id is None or name_id.format != PERSISTENT or name_id.name_qualifier:
        return name_id
    return replace(name_id, name_qualifier=issuer, sp_name_qualifier=trust.entity_id)


def opaque_name_maker(
    user: Subject, trust: RelyingPartyTrust, policy: NameIDPolicy, names: PersistentNames
) -> Callable[[str], str | None]:
    """Return a function that makes a NameID value of a format, persistent or transient.

    It returns None for a persistent one that does not exist and that the request forbids to make.
    """

    def of_format(format_: str) -> str | None:
        if format_ == TRANSIENT:
            return opaque_name()
        return names.persistent(trust.entity_id, user.upn, create=policy.allow_create)

    return of_format


def choose_name_id(
    user: Subject,
    trust: RelyingPartyTrust,
    policy: NameIDPolicy,
    *,
    issuer: str,
    names: PersistentNames,
) -> NameID | None:
    """Return the NameID of *user* for *trust*, None for none.

    Raises :class:`Refused` as :func:`choose_format` does, and if a persistent NameID would have to
    be made but the request forbids it.
    """
    format_ = choose_format(trust, policy)
    if format_ is None:
        return None
    if format_ == EMAIL:
        return NameID(user.email or user.upn, format_)
    if format_ == UNSPECIFIED:
        return NameID(user.upn, format_)
    value = opaque_name_maker(user, trust, policy, names)(format_)
    if value is None:
        raise _not_given("The user has no persistent NameID, and the request forbids to make one")
    if format_ == TRANSIENT:
        return NameID(value, format_)
    return NameID(value, format_, name_qualifier=issuer, sp_name_qualifier=trust.entity_id)


def _configured_format(trust: RelyingPartyTrust, asked: str | None) -> str | None:
    set_ = trust.settings.name_id_format
    if set_ is not None:
        return None if set_ == NO_NAME_ID else set_
    announced = trust.service_provider.name_id_formats if asked is None else ()
    supported = (format_ for format_ in announced if format_ in NAME_ID_FORMATS.values())
    return next(supported, UNSPECIFIED)


def _not_given(problem: str) -> Refused:
    return Refused(
        problem,
        f"Ask for one of {', '.join(NAME_ID_FORMATS)}, or set name_id_format of the trust",
        code="MSIS7070",
        status=(uris.REQUESTER, uris.INVALID_NAME_ID_POLICY),
    )
