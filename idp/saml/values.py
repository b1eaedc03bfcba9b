"""The plain values of SAML 2.0 that leave this room: no XML in them, nothing mutable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


@dataclass(frozen=True, slots=True)
class AssertionConsumerService:
    """One address of a service provider that takes responses (saml-metadata §2.4.4)."""

    location: str
    binding: str = POST
    index: int = 0
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class SingleLogoutService:
    """One address of a service provider that takes log-out messages (saml-metadata §2.2.2).

    Responses go to ``response_location`` where there is one.
    """

    location: str
    binding: str
    response_location: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """What a service provider's metadata says of it.

    Certificates are base64 of the DER, without line breaks, as in ``ds:X509Certificate``.
    Keys without ``use`` stand in both tuples (saml-metadata §2.4.1.1). The three tuples after the
    encryption certificates hold those of them whose owner announces SHA-256 for the transport of
    keys, SHA-256 in all of it (RSA-OAEP of XML Encryption 1.1), and AES-128 but not AES-256 in GCM.
    """

    entity_id: str
    assertion_consumer_services: tuple[AssertionConsumerService, ...]
    signing_certificates: tuple[str, ...] = ()
    encryption_certificates: tuple[str, ...] = ()
    sha256_transport: tuple[str, ...] = ()
    oaep11_transport: tuple[str, ...] = ()
    aes128_content: tuple[str, ...] = ()
    name_id_formats: tuple[str, ...] = ()
    authn_requests_signed: bool = False
    want_assertions_signed: bool = False
    display_name: str = ""
    single_logout_services: tuple[SingleLogoutService, ...] = ()


@dataclass(frozen=True, slots=True)
class NameID:
    """The subject's name and its format URI.

    The qualifiers are those of a persistent one (saml-core §8.3.7): who made it, and for whom.
    """

    value: str
    format: str = UNSPECIFIED
    name_qualifier: str | None = None
    sp_name_qualifier: str | None = None


@dataclass(frozen=True, slots=True)
class NameIDPolicy:
    """Which name the service provider wants (saml-core §3.4.1.1); ``format`` is None for any.

    ``allow_create`` is False only where the request says so. ``sp_name_qualifier`` is whose name
    for the user is wanted, None for the service provider's own.
    """

    format: str | None = None
    allow_create: bool = True
    sp_name_qualifier: str | None = None


@dataclass(frozen=True, slots=True)
class AuthnRequest:
    """A request that has been checked; all of it is from the verified message (saml-core §3.4.1).

    ``audience`` is the name that the service provider gave itself, ``issuer`` its own entity id.
    ``acs_url`` is the resolved address that the answer goes to. ``requested_contexts`` are class
    references in the order asked for, empty when the service provider left it to us. ``subject``
    is whom the request is about, None for whoever signs in.
    """

    id: str
    issuer: str
    acs_url: str
    issue_instant: datetime
    force_authn: bool = False
    is_passive: bool = False
    name_id_policy: NameIDPolicy = NameIDPolicy()
    subject: NameID | None = None
    requested_contexts: tuple[str, ...] = ()
    comparison: str = "exact"
    signed: bool = False
    audience: str = ""


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A checked request to end sessions of ``name_id`` (saml-core §3.7.1).

    Without ``session_indexes`` it means whichever session of that name there is.
    """

    id: str
    issuer: str
    name_id: NameID
    session_indexes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogoutResponse:
    """A checked answer to the request ``in_response_to`` (saml-core §3.7.2)."""

    id: str
    issuer: str
    in_response_to: str
    status: tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One SAML attribute; AD FS names it by the claim type URI.

    A NameFormat (saml-core §2.7.3.1) is only set where a claim rule says so.
    """

    name: str
    values: tuple[str, ...]
    name_format: str | None = None


@dataclass(frozen=True, slots=True)
class Encryption:
    """What of an assertion is encrypted, and how, for the owner of ``certificate``.

    The transports tell what differs from SHA-1 inside RSA-OAEP (which needs no more of it:
    xmlenc-core1 §5.5.2), ``aes128`` and ``cbc`` what does from AES-256-GCM.
    """

    certificate: str
    assertion: bool = True
    name_id: bool = False
    sha256_transport: bool = False
    oaep11_transport: bool = False
    aes128: bool = False
    cbc: bool = False


@dataclass(frozen=True, slots=True)
class Assertion:
    """What is said of one user to one service provider; times are aware and in UTC."""

    id: str
    issuer: str
    audience: str
    recipient: str
    in_response_to: str | None
    issue_instant: datetime
    not_before: datetime
    not_on_or_after: datetime
    confirmation_not_on_or_after: datetime
    authn_instant: datetime
    session_index: str
    session_not_on_or_after: datetime | None
    authn_context_class: str
    name_id: NameID | None
    attributes: tuple[Attribute, ...]
