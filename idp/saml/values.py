"""The values of SAML 2.0 that leave this room: plain and immutable, without XML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from idp.request_value import request_value
from idp.saml.usable_keys import MIN_RSA_BITS

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


@dataclass(frozen=True, slots=True)
class AssertionConsumerService:
    """One address of a service provider that receives responses (saml-metadata §2.4.4)."""

    location: str
    binding: str = POST
    index: int = 0
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class SingleLogoutService:
    """One address of a service provider that receives log-out messages (saml-metadata §2.2.2).

    Responses go to ``response_location`` if there is one.
    """

    location: str
    binding: str
    response_location: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """A service provider as its metadata describes it.

    Certificates are base64 of the DER without line breaks, as in ``ds:X509Certificate``. Keys
    without ``use`` are in both tuples (saml-metadata §2.4.1.1). The three tuples after the
    encryption certificates hold those of them for which the metadata announces SHA-256 for the
    transport of keys, SHA-256 in all of it (RSA-OAEP of XML Encryption 1.1), and AES-128 but not
    AES-256 in GCM. ``warnings`` say what of the metadata was left out or is misspelt, as sentences
    without a full stop.
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
    warnings: tuple[str, ...] = ()


@request_value
class NameID:
    """The subject's name, and its format (a URI).

    A persistent one has qualifiers (saml-core §8.3.7): the entity ID of the identity provider that
    made it, and of the service provider it was made for.
    """

    value: str
    format: str = UNSPECIFIED
    name_qualifier: str | None = None
    sp_name_qualifier: str | None = None


@request_value
class NameIDPolicy:
    """The NameID that a request asks for (saml-core §3.4.1.1); a ``format`` of None means any.

    ``allow_create`` is False only if the request says so. ``sp_name_qualifier`` is the entity ID of
    the service provider whose NameID is wanted, None for the sender's own.
    """

    format: str | None = None
    allow_create: bool = True
    sp_name_qualifier: str | None = None


@request_value
class AuthnRequest:
    """A checked AuthnRequest; all values are from the verified message (saml-core §3.4.1).

    ``audience`` is the Issuer as written, which may be another identifier of the trust; ``issuer``
    is the trust's entity ID. ``acs_url`` is the registered address that receives the answer.
    ``requested_contexts`` are class references in the order of preference, empty if the request
    names none. ``subject`` is the user that the request names, None for any.
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

    Without ``session_indexes`` it names no particular session.
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


@request_value
class Attribute:
    """One SAML attribute, named by a claim type URI as in AD FS.

    ``name_format`` (saml-core §2.7.3.1) is None unless a claim rule sets it.
    """

    name: str
    values: tuple[str, ...]
    name_format: str | None = None


@dataclass(frozen=True, slots=True)
class Encryption:
    """What is encrypted in a response, and how, for the owner of ``certificate``.

    The key is encrypted by RSA-OAEP with SHA-1 inside, the default of xmlenc-core1 §5.5.2, unless
    one of the transports is set; the content by AES-256-GCM, unless ``aes128`` or ``cbc`` is.
    An RSA key of fewer than ``min_rsa_bits`` is not used.
    """

    certificate: str
    assertion: bool = True
    name_id: bool = False
    sha256_transport: bool = False
    oaep11_transport: bool = False
    aes128: bool = False
    cbc: bool = False
    min_rsa_bits: int = MIN_RSA_BITS


@request_value
class Assertion:
    """The content of one assertion about one user; times are aware and in UTC."""

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
