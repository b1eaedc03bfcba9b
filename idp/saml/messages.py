"""The checks that every SAML protocol message has to pass: form, issuer, signature, freshness.

Sources: saml-core §3.2, saml-bindings §3.4.5.2. A message is parsed once. Its signatures are
checked on that tree, and its values are read from that same tree, so that no value is believed that
was not checked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from lxml import etree

from idp.request_value import request_value
from idp.saml import schema, signature, uris
from idp.saml.bindings import SamlMessage
from idp.saml.refusal import Refused
from idp.saml.usable_keys import MIN_RSA_BITS
from idp.saml.values import ServiceProvider
from idp.saml.xml import child_of, parse, text_of

SKEW = timedelta(minutes=3)
MAX_AGE = timedelta(minutes=5)


@request_value
class RequestRules:
    """The issuer of a message and how its messages are checked, as its trust says.

    ``require_signed`` refuses AuthnRequests without a signature; log-out messages always need one.
    ``algorithm`` is the URI of the signature algorithm that the trust is set to,
    ``min_rsa_bits`` the size from which on its RSA keys are used. ``on_verified`` is called with
    the certificate of each signature that is right.
    """

    service_provider: ServiceProvider
    require_signed: bool = False
    algorithm: str = uris.RSA_SHA256
    min_rsa_bits: int = MIN_RSA_BITS
    on_verified: Callable[[str], None] = lambda _certificate: None


FindTrust = Callable[[str], RequestRules | None]
"""Returns the rules for an issuer's entity ID, None if there is no enabled trust for it."""

_ISSUER = f"{{{uris.ASSERTION}}}Issuer"


def parse_message(message: SamlMessage, *, parameter: str, name: str) -> etree._Element:
    """Return the root of *message*, which must be the protocol element *name* in *parameter*.

    It is valid by the schema, which guarantees that the ID is an NCName, that flags are booleans,
    and that instants look like instants. Raises :class:`Refused`.
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


def read_issuer(root: etree._Element) -> str:
    """Return the entity ID in the element Issuer, empty without one."""
    element = child_of(root, _ISSUER)
    return text_of(element) if element is not None else ""


def find_rules(issuer: str, find_trust: FindTrust) -> RequestRules:
    """Return the rules for an *issuer*; raises :class:`Refused` if there is no trust."""
    rules = find_trust(issuer) if issuer else None
    if rules is None:
        raise Refused(
            f"There is no enabled relying party trust for {issuer[:200]!r}",
            "Add the service provider's metadata",
            code="MSIS7007",
        )
    return rules


def check_signatures(
    root: etree._Element, message: SamlMessage, rules: RequestRules, *, required: bool
) -> bool:
    """Check every signature of *message*, and say whether there was one.

    Raises :class:`Refused` for a wrong signature, and if one is *required* and missing.
    """
    provider = rules.service_provider
    allowed = provider.signing_certificates, rules.algorithm, rules.min_rsa_bits
    enveloped = signature.enveloped_signature(root)
    if enveloped is not None:
        rules.on_verified(signature.check_enveloped(root, enveloped, *allowed))
    if message.redirect_signature is not None:
        rules.on_verified(signature.check_redirect(message.redirect_signature, *allowed))
    signed = enveloped is not None or message.redirect_signature is not None
    if required and not signed:
        raise Refused(
            f"The request of {provider.entity_id} is not signed, but has to be",
            "Let the service provider sign its requests, or change its trust",
            code="signature_required",
        )
    return signed


def is_signed(root: etree._Element) -> bool:
    """Say whether *root* has an enveloped signature, right or wrong."""
    return signature.enveloped_signature(root) is not None


def check_destination(root: etree._Element, destinations: Collection[str], *, signed: bool) -> None:
    """Raise :class:`Refused` unless the message is meant for one of our addresses.

    A signed message must have a Destination. The paths of *destinations* are in lower case, since
    our own paths are accepted in any case.
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


def check_fresh(
    root: etree._Element, *, now: datetime, skew: timedelta, max_age: timedelta
) -> datetime:
    """Return the IssueInstant in UTC; raises :class:`Refused` if it is too old or in the future."""
    instant = parse_instant(root.get("IssueInstant"))
    if instant - now > skew:
        raise not_fresh("was issued in the future")
    if now - instant > max_age + skew:
        raise not_fresh("has expired")
    return instant


def parse_instant(text: str) -> datetime:
    """Return an xs:dateTime in UTC, also if the ``Z`` is missing (saml-core §1.3.3)."""
    try:
        instant = datetime.fromisoformat(text.strip())
        return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise not_fresh("has a time that cannot be read") from None


def not_fresh(fault: str) -> Refused:
    """Return the refusal of a message that came at the wrong time; *fault* says which way."""
    return Refused(
        f"The message {fault}",
        "Start again at the service provider, and check its clock",
        code="not_fresh",
    )
