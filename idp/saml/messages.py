"""What every SAML protocol message has to fulfil, whoever sent it and whatever it asks for.

Sources: saml-core §3.2, saml-bindings §3.4.5.2. The message is parsed once, its signatures are
checked on that tree, and its values are read from that tree.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from lxml import etree

from idp.saml import schema, signature, uris
from idp.saml.bindings import SamlMessage
from idp.saml.refusal import Refused
from idp.saml.values import ServiceProvider
from idp.saml.xml import parse, text_of

SKEW = timedelta(minutes=3)
MAX_AGE = timedelta(minutes=5)

AlgorithmOf = Callable[[ServiceProvider], str]
"""Tells the signature algorithm that a service provider's trust is set to."""

_ISSUER = f"{{{uris.ASSERTION}}}Issuer"


def root_of(message: SamlMessage, *, parameter: str, name: str) -> etree._Element:
    """Return the root of *message*: the protocol element *name*, and valid by the schema.

    The schema makes the ID an NCName, flags booleans, and instants what looks like one.
    """
    root = parse(message.xml)
    if message.parameter != parameter or root.tag != f"{{{uris.PROTOCOL}}}{name}":
        raise Refused(f"The message is no {name}", f"Send a {name}", code="MSIS7015")
    protocol = schema.protocol()
    if not protocol.validate(root):
        error = protocol.error_log.last_error
        where = f" (line {error.line}: {error.type_name})" if error is not None else ""
        raise Refused(
            f"The message is not valid by the schema of SAML 2.0{where}",
            f"Send {name} as saml-core has it",
            code="not_schema_valid",
        )
    return root


def sha256(_service_provider: ServiceProvider) -> str:
    """Return the algorithm that every trust has until it is set to another."""
    return uris.RSA_SHA256


def issuer_name(root: etree._Element) -> str:
    """Return the entity id that the sender of *root* gives itself, empty without one."""
    element = root.find(_ISSUER)
    return text_of(element) if element is not None else ""


def issuer_of(
    root: etree._Element, find_service_provider: Callable[[str], ServiceProvider | None]
) -> ServiceProvider:
    """Return the service provider that *root* says it comes from."""
    issuer = issuer_name(root)
    service_provider = find_service_provider(issuer) if issuer else None
    if service_provider is None:
        raise Refused(
            f"There is no enabled relying party trust for {issuer[:200]!r}",
            "Add the service provider's metadata",
            code="MSIS7007",
        )
    return service_provider


def check_signatures(
    root: etree._Element,
    message: SamlMessage,
    service_provider: ServiceProvider,
    *,
    required: bool,
    expected: str = uris.RSA_SHA256,
) -> bool:
    """Check every signature there is, and say whether there was one.

    *expected* is the signature algorithm of the trust.
    """
    certificates = service_provider.signing_certificates
    enveloped = signature.enveloped_signature(root)
    if enveloped is not None:
        signature.check_enveloped(root, enveloped, certificates, expected)
    if message.redirect_signature is not None:
        signature.check_redirect(message.redirect_signature, certificates, expected)
    signed = enveloped is not None or message.redirect_signature is not None
    if required and not signed:
        raise Refused(
            f"The request of {service_provider.entity_id} is not signed, but has to be",
            "Let the service provider sign its requests, or change its trust",
            code="signature_required",
        )
    return signed


def is_signed(root: etree._Element) -> bool:
    """Say whether *root* has an enveloped signature, which may be wrong."""
    return signature.enveloped_signature(root) is not None


def check_destination(root: etree._Element, destinations: Collection[str], *, signed: bool) -> None:
    """Accept a message that is meant for one of our addresses; a signed one has to say so.

    *destinations* have their paths in lower case: ours are found in letters of any case.
    """
    destination = root.get("Destination")
    if destination is None and not signed:
        return
    if destination is None or _with_lower_path(destination) not in destinations:
        raise Refused(
            "The message is meant for another destination, or signed and for none",
            f"Let the service provider send it to {next(iter(destinations), 'our address')}",
            code="wrong_destination",
        )


def _with_lower_path(address: str) -> str:
    scheme, mark, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host}{slash}{path.lower()}"


def fresh_instant(
    root: etree._Element, *, now: datetime, skew: timedelta, max_age: timedelta
) -> datetime:
    """Return when the message was issued, in UTC; it is not in the future, and not too old."""
    instant = instant_of(root.get("IssueInstant"))
    if instant - now > skew:
        raise not_fresh("was issued in the future")
    if now - instant > max_age + skew:
        raise not_fresh("has expired")
    return instant


def instant_of(text: str) -> datetime:
    """Return the time *text* says, in UTC, also where the Z is forgotten (saml-core §1.3.3)."""
    try:
        instant = datetime.fromisoformat(text.strip())
        return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise not_fresh("has a time that cannot be read") from None


def not_fresh(fault: str) -> Refused:
    """Return the refusal of a message that comes at the wrong time."""
    return Refused(
        f"The message {fault}",
        "Start again at the service provider, and check its clock",
        code="not_fresh",
    )
