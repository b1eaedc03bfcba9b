"""The NameID: which name a relying party is told of a user, and which one it cannot have.

The value of an unspecified name is the UPN; of an emailAddress the mail address, else the UPN,
which has the form of one. Persistent and transient names say nothing of the user (saml-core
§8.3.7 and §8.3.8): the one stays the same for each trust and user, the other is new each time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from idp.federation.claims import NAME_ID_FORMATS
from idp.federation.relying_party.setting_types import NO_NAME_ID
from idp.saml import uris
from idp.saml.refusal import Refused
from idp.saml.values import EMAIL, PERSISTENT, TRANSIENT, UNSPECIFIED, NameID, NameIDPolicy

if TYPE_CHECKING:
    from idp.federation.claims import Subject
    from idp.federation.relying_party.trust import RelyingPartyTrust


class PersistentNames(Protocol):
    """Where the names live that users have at one service provider each."""

    def persistent(self, trust: str, user: str, *, create: bool) -> str | None:
        """Return the name of *user* at *trust*, always the same one.

        Without one, it is made where *create* allows it, else None.
        """


def opaque_name() -> str:
    """Return 160 random bits as a name that XML takes for an identifier (saml-core §1.3.4)."""
    return f"_{secrets.token_hex(20)}"


def format_for(trust: RelyingPartyTrust, policy: NameIDPolicy) -> str | None:
    """Return the format asked for, else the setting's, else the metadata's first that we have.

    None stands for no NameID. Asking for ``unspecified`` leaves it to the setting, too (saml-core
    §3.4.1.1). Raises :class:`Refused` (Requester/InvalidNameIDPolicy) for a format that there is
    not, for any where the setting says ``none``, and for another service provider's name.
    """
    must_be_for(trust, policy)
    asked, set_ = policy.format, trust.settings.name_id_format
    if asked in (None, UNSPECIFIED):
        return _unasked(trust, asked)
    if asked not in NAME_ID_FORMATS.values() or set_ == NO_NAME_ID:
        raise _not_given("The request asks for a NameID format that this trust is not given")
    return asked


def must_be_for(trust: RelyingPartyTrust, policy: NameIDPolicy) -> None:
    """Raise :class:`Refused` for another service provider's name."""
    if policy.sp_name_qualifier not in (None, "", trust.entity_id, *trust.settings.identifiers):
        raise _not_given("The request asks for the user's name at another service provider")


def issued_name_id(
    issued: Sequence[NameID], trust: RelyingPartyTrust, policy: NameIDPolicy, *, issuer: str
) -> NameID | None:
    """Return the first of the names that claim rules issue which the request takes.

    None where rules issue none, and the request asks for none. A persistent one without
    qualifiers gets ours. Raises :class:`Refused` where the request takes none of them.
    """
    must_be_for(trust, policy)
    asked = None if policy.format == UNSPECIFIED else policy.format
    found = next((name for name in issued if asked in (None, name.format)), None)
    if found is None and asked is not None:
        raise _not_given("The trust's rules issue no NameID of the format that is asked for")
    if found is None or found.format != PERSISTENT or found.name_qualifier:
        return found
    return replace(found, name_qualifier=issuer, sp_name_qualifier=trust.entity_id)


def opaque_name_for(
    user: Subject, trust: RelyingPartyTrust, policy: NameIDPolicy, names: PersistentNames
) -> Callable[[str], str | None]:
    """Return what gives *user* a persistent or a transient name; None where none may be made."""

    def of_format(format_: str) -> str | None:
        if format_ == TRANSIENT:
            return opaque_name()
        return names.persistent(trust.entity_id, user.upn, create=policy.allow_create)

    return of_format


def name_id_for(
    user: Subject,
    trust: RelyingPartyTrust,
    policy: NameIDPolicy,
    *,
    issuer: str,
    names: PersistentNames,
) -> NameID | None:
    """Return the name that *trust* is told of *user*, None for none.

    Raises :class:`Refused` as :func:`format_for` does, and where a persistent name would have to
    be made but the request forbids it.
    """
    format_ = format_for(trust, policy)
    if format_ is None:
        return None
    if format_ == EMAIL:
        return NameID(user.email or user.upn, format_)
    if format_ == UNSPECIFIED:
        return NameID(user.upn, format_)
    value = opaque_name_for(user, trust, policy, names)(format_)
    if value is None:
        raise _not_given("The user has no persistent NameID, and the request forbids to make one")
    if format_ == TRANSIENT:
        return NameID(value, format_)
    return NameID(value, format_, name_qualifier=issuer, sp_name_qualifier=trust.entity_id)


def _unasked(trust: RelyingPartyTrust, asked: str | None) -> str | None:
    set_ = trust.settings.name_id_format
    if set_ is not None:
        return None if set_ == NO_NAME_ID else set_
    announced = trust.service_provider.name_id_formats if asked is None else ()
    usable = (each for each in announced if each in NAME_ID_FORMATS.values())
    return next(usable, UNSPECIFIED)


def _not_given(problem: str) -> Refused:
    return Refused(
        problem,
        f"Ask for one of {', '.join(NAME_ID_FORMATS)}, or set name_id_format of the trust",
        code="MSIS7070",
        status=(uris.REQUESTER, uris.INVALID_NAME_ID_POLICY),
    )
